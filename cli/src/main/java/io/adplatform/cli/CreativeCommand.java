package io.adplatform.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code creative list | upload}. */
@Command(
    name = "creative",
    mixinStandardHelpOptions = true,
    description = "What is shown.",
    synopsisSubcommandLabel = "list | upload")
final class CreativeCommand {
  /**
   * An image travels inside the markup, a third larger as base64, and markup is bounded at 64 KiB.
   */
  private static final long MAX_IMAGE_BYTES = 46 * 1024;

  private static final Set<String> TYPES = Set.of("png", "jpeg", "gif");

  @Spec private CommandSpec spec;

  @Command(mixinStandardHelpOptions = true, description = "Lists an advertiser's creatives.")
  int list(
      @Mixin Api api,
      @Option(
              names = "--advertiser",
              paramLabel = "ID",
              description = "Needed where there are several.")
          String advertiser,
      @Option(
              names = "--format",
              paramLabel = "FORM",
              defaultValue = "table",
              description = "${COMPLETION-CANDIDATES}")
          Table.Form format) {
    Table.print(
        creatives(api, AdvertiserCommand.givenOrOnly(api, advertiser)),
        List.of("id", "name", "format", "width", "height", "landingPage"),
        format,
        spec.commandLine().getOut());
    return 0;
  }

  @Command(
      mixinStandardHelpOptions = true,
      description =
          "Makes a creative of an image (PNG, JPEG, GIF up to 46 KiB) or an HTML file; prints its"
              + " id.")
  int upload(
      @Mixin Api api,
      @Parameters(paramLabel = "FILE") Path file,
      @Option(
              names = "--advertiser",
              paramLabel = "ID",
              description = "Needed where there are several.")
          String advertiser,
      @Option(
              names = "--landing-page",
              paramLabel = "URL",
              description =
                  "Where a click leads; needed where the advertiser's other creatives do not all"
                      + " lead to one domain.")
          String landingPage,
      @Option(names = "--name", description = "Default: the file's name.") String name,
      @Option(
              names = "--size",
              paramLabel = "WxH",
              description = "Needed for HTML; an image has its own.")
          String size,
      @Option(
              names = "--category",
              paramLabel = "IAB",
              defaultValue = "IAB24",
              description = "IAB content category; repeatable (${DEFAULT-VALUE}, uncategorised).")
          List<String> categories) {
    ObjectNode body = Api.JSON.createObjectNode();
    body.put("name", name != null ? name : file.getFileName().toString());
    body.put("format", "banner");
    putContent(body, file, size);
    String owner = AdvertiserCommand.givenOrOnly(api, advertiser);
    String page = landingPage != null ? landingPage : usualLandingPage(api, owner);
    String domain = domain(page);
    if (domain == null) {
      throw new ApiFailure(
          "--landing-page must be an absolute address, such as https://acme.example/");
    }
    body.put("landingPage", page);
    body.putArray("advertiserDomains").add(domain);
    ArrayNode list = body.putArray("categories");
    categories.forEach(list::add);
    spec.commandLine()
        .getOut()
        .println(
            api.post("/advertisers/" + Api.encode(owner) + "/creatives", body).path("id").asText());
    return 0;
  }

  /** Where the advertiser's creatives lead, if they all lead to one page or to one domain. */
  private String usualLandingPage(Api api, String advertiser) {
    Set<String> pages = new HashSet<>();
    Set<String> domains = new HashSet<>();
    for (JsonNode creative : creatives(api, advertiser)) {
      String page = creative.path("landingPage").asText();
      pages.add(page);
      domains.add(domain(page));
    }
    if (domains.size() != 1 || domains.contains(null)) {
      throw new ApiFailure("say where a click leads: --landing-page https://acme.example/");
    }
    String page =
        pages.size() == 1 ? pages.iterator().next() : "https://" + domains.iterator().next() + "/";
    spec.commandLine()
        .getErr()
        .println("Clicks lead to " + page + ", as with the other creatives (--landing-page).");
    return page;
  }

  /**
   * The domain of an address, null where it has none. Its query may hold macros, such as {@code
   * ${TOKEN}}, which are no URI: it is set aside.
   */
  private static String domain(String address) {
    try {
      String host = new URI(address.split("\\?", 2)[0]).getHost();
      return host == null ? null : host.replaceFirst("^www\\.", "");
    } catch (URISyntaxException e) {
      return null;
    }
  }

  private static ArrayNode creatives(Api api, String advertiser) {
    return api.list("/advertisers/" + Api.encode(advertiser) + "/creatives");
  }

  private static void putContent(ObjectNode body, Path file, String size) {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new ApiFailure(file + " cannot be read");
    }
    String lower = file.toString().toLowerCase(Locale.ROOT);
    if (lower.endsWith(".html") || lower.endsWith(".htm")) {
      putHtml(body, file, size);
    } else {
      putImage(body, file);
    }
  }

  private static void putHtml(ObjectNode body, Path file, String size) {
    if (size == null || !size.matches("[0-9]{1,5}x[0-9]{1,5}")) {
      throw new ApiFailure("an HTML creative needs --size, such as 300x250");
    }
    String[] sides = size.split("x");
    body.put("width", Integer.parseInt(sides[0])).put("height", Integer.parseInt(sides[1]));
    try {
      body.put("markup", Files.readString(file));
    } catch (CharacterCodingException e) {
      throw new ApiFailure(file + " is not in UTF-8");
    } catch (IOException e) {
      throw new ApiFailure(file + " cannot be read: " + e.getMessage());
    }
  }

  private static void putImage(ObjectNode body, Path file) {
    byte[] bytes;
    try {
      if (Files.size(file) > MAX_IMAGE_BYTES) {
        throw new ApiFailure(
            file
                + " is larger than "
                + MAX_IMAGE_BYTES / 1024
                + " KiB: host it and upload HTML that loads it");
      }
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new ApiFailure(file + " cannot be read: " + e.getMessage());
    }
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new ApiFailure(file + " is neither HTML nor an image (PNG, JPEG, GIF)");
      }
      ImageReader reader = readers.next();
      reader.setInput(in);
      BufferedImage image = reader.read(0);
      String type = reader.getFormatName().toLowerCase(Locale.ROOT);
      if (!TYPES.contains(type)) {
        throw new ApiFailure(file + " is neither HTML nor an image (PNG, JPEG, GIF)");
      }
      body.put("width", image.getWidth()).put("height", image.getHeight());
      body.put(
          "markup",
          "<a href=\"${CLICK_URL}\"><img src=\"data:image/%s;base64,%s\" width=\"%d\" height=\"%d\" alt=\"\"></a>"
              .formatted(
                  type,
                  Base64.getEncoder().encodeToString(bytes),
                  image.getWidth(),
                  image.getHeight()));
    } catch (ApiFailure e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // image readers answer damage with whatever it makes them run into
      throw new ApiFailure(file + " is damaged: " + e.getMessage());
    }
  }
}
