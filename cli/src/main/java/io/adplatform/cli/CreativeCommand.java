package io.adplatform.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
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

  @Spec private CommandSpec spec;

  @Command(mixinStandardHelpOptions = true, description = "Lists an advertiser's creatives.")
  int list(
      @Mixin Api api,
      @Option(names = "--advertiser", required = true, paramLabel = "ID") String advertiser,
      @Option(
              names = "--format",
              paramLabel = "FORM",
              defaultValue = "table",
              description = "${COMPLETION-CANDIDATES}")
          Table.Form format) {
    Table.print(
        api.list("/advertisers/" + Api.encode(advertiser) + "/creatives"),
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
      @Option(names = "--advertiser", required = true, paramLabel = "ID") String advertiser,
      @Option(
              names = "--landing-page",
              required = true,
              paramLabel = "URL",
              description = "Where a click leads.")
          URI landingPage,
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
          List<String> categories)
      throws IOException {
    ObjectNode body = Api.JSON.createObjectNode();
    body.put("name", name != null ? name : file.getFileName().toString());
    body.put("format", "banner");
    putContent(body, file, size);
    body.put("landingPage", landingPage.toString());
    String host = landingPage.getHost();
    if (host == null) {
      throw new ApiFailure(
          "--landing-page must be an absolute address, such as https://acme.example/");
    }
    body.putArray("advertiserDomains").add(host.replaceFirst("^www\\.", ""));
    ArrayNode list = body.putArray("categories");
    categories.forEach(list::add);
    spec.commandLine()
        .getOut()
        .println(
            api.post("/advertisers/" + Api.encode(advertiser) + "/creatives", body)
                .path("id")
                .asText());
    return 0;
  }

  private static void putContent(ObjectNode body, Path file, String size) throws IOException {
    if (!Files.isReadable(file)) {
      throw new ApiFailure(file + " cannot be read");
    }
    String lower = file.toString().toLowerCase(Locale.ROOT);
    if (lower.endsWith(".html") || lower.endsWith(".htm")) {
      if (size == null || !size.matches("[0-9]{1,5}x[0-9]{1,5}")) {
        throw new ApiFailure("an HTML creative needs --size, such as 300x250");
      }
      String[] sides = size.split("x");
      body.put("width", Integer.parseInt(sides[0])).put("height", Integer.parseInt(sides[1]));
      body.put("markup", Files.readString(file));
      return;
    }
    BufferedImage image = ImageIO.read(file.toFile());
    if (image == null) {
      throw new ApiFailure(file + " is neither HTML nor an image (PNG, JPEG, GIF)");
    }
    if (Files.size(file) > MAX_IMAGE_BYTES) {
      throw new ApiFailure(
          file
              + " is larger than "
              + MAX_IMAGE_BYTES / 1024
              + " KiB: host it and upload HTML that loads it");
    }
    String type = lower.endsWith(".png") ? "png" : lower.endsWith(".gif") ? "gif" : "jpeg";
    body.put("width", image.getWidth()).put("height", image.getHeight());
    body.put(
        "markup",
        "<a href=\"${CLICK_URL}\"><img src=\"data:image/%s;base64,%s\" width=\"%d\" height=\"%d\" alt=\"\"></a>"
            .formatted(
                type,
                Base64.getEncoder().encodeToString(Files.readAllBytes(file)),
                image.getWidth(),
                image.getHeight()));
  }
}
