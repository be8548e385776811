package io.adplatform.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The commands against an HTTP server that answers what it is told to and remembers what it was
 * sent.
 */
class CommandLineTest {
  @TempDir private Path data;
  private final List<String> received = new ArrayList<>();
  private final Deque<String> answers = new ArrayDeque<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private HttpServer server;
  private int status = 200;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          received.add(
              exchange.getRequestMethod()
                  + " "
                  + exchange.getRequestURI()
                  + " "
                  + exchange.getRequestHeaders().getFirst("Authorization")
                  + " "
                  + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          byte[] body = answers.pop().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    Files.writeString(
        data.resolve("credentials.json"),
        "{\"api\":\"http://localhost:%d\",\"apiKey\":\"k-1\"}"
            .formatted(server.getAddress().getPort()));
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void shouldCreateALineItemOfWhatWasTyped() throws IOException {
    answers.add("{\"id\":\"77\"}");
    int code =
        run(
            "line-item",
            "create",
            "--campaign",
            "9",
            "--name",
            "US desktop",
            "--cpm",
            "2.50",
            "--creative",
            "5",
            "--include",
            "country=USA,CAN",
            "--daily",
            "0.000001");
    assertEquals(0, code, err.toString());
    assertEquals("77", out.toString().strip());
    String request = received.getFirst();
    assertTrue(request.startsWith("POST /api/v1/campaigns/9/line-items Bearer k-1 {"), request);
    JsonNode body = Api.JSON.readTree(request.substring(request.indexOf('{')));
    assertEquals(2_500_000, body.path("bid").path("amountMicros").longValue());
    assertEquals(1, body.path("budget").path("dailyMicros").longValue());
    assertEquals(
        "[\"USA\",\"CAN\"]", body.path("targeting").path("include").path("country").toString());
  }

  @Test
  void shouldBidForOneThingAlone() throws IOException {
    answers.add("{\"id\":\"78\"}");
    List<String> words = List.of("line-item", "create", "--campaign", "9", "--name", "x");
    assertEquals(0, run(words, "--creative", "5", "--cpc", "0.40"), err.toString());
    assertEquals("CPC", body(0).path("bid").path("model").asText());
    assertEquals(400_000, body(0).path("bid").path("amountMicros").longValue());
    assertEquals(2, run(words, "--creative", "5", "--cpc", "0.40", "--cpa", "12"));
    assertEquals(2, run(words, "--creative", "5"));
    assertEquals(1, received.size());
  }

  @Test
  void shouldSayWhetherAnAuctionComesOutAsRecorded() {
    answers.add("{\"auctionId\":\"ab\",\"catalogueVersion\":\"7\",\"verdict\":\"IDENTICAL\"}");
    assertEquals(0, run("replay", "ab"), err.toString());
    assertTrue(received.getFirst().startsWith("GET /api/v1/auctions/ab/replay "));
    assertEquals("IDENTICAL: auction ab on catalogue version 7", out.toString().strip());
    answers.add(
        """
        {"auctionId":"ab","catalogueVersion":"7","verdict":"DIFFERENT",
         "differences":[{"field":"reason","recorded":"OUTBID","replayed":"NO_LEASE"}]}\
        """);
    assertEquals(1, run("replay", "ab"));
    assertTrue(out.toString().contains("replayed  \"NO_LEASE\""), out.toString());
    answers.add("{\"verdict\":\"NOT_POSSIBLE\",\"missing\":\"The request is gone.\"}");
    assertEquals(1, run("replay", "ab"));
    assertTrue(out.toString().contains("The request is gone."), out.toString());
  }

  @Test
  void shouldHaveTheWordsThatTheScriptLetsThrough() throws IOException {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("adplatform"))) {
      root = root.getParent();
    }
    String words =
        Files.readAllLines(root.resolve("adplatform")).stream()
            .filter(line -> line.startsWith("words=\""))
            .findFirst()
            .orElseThrow();
    assertEquals(
        new TreeSet<>(AdPlatformCli.commandLine().getSubcommands().keySet()),
        new TreeSet<>(List.of(words.substring("words=\"".length()).replace("\"", "").split(" "))));
  }

  @Test
  void shouldExplainEachAuctionOfARequestByItself() {
    answers.add("{\"items\":[{\"auctionId\":\"a1\"},{\"auctionId\":\"a2\"}],\"nextCursor\":null}");
    answers.add("{\"auctionId\":\"a1\",\"outcome\":\"BID\"}");
    answers.add("{\"auctionId\":\"a2\",\"outcome\":\"NO_BID\"}");
    assertEquals(0, run("explain", "--request", "r 1"), err.toString());
    assertTrue(received.get(1).startsWith("GET /api/v1/auctions/a1 "), received.toString());
    assertTrue(out.toString().contains("Auction a2"), out.toString());
  }

  private int run(List<String> words, String... more) {
    List<String> all = new ArrayList<>(words);
    all.addAll(List.of(more));
    return run(all.toArray(String[]::new));
  }

  @Test
  void shouldAgreeOnACreditLimitInTheAdvertisersCurrency() throws IOException {
    answers.add("{\"currency\":\"EUR\"}");
    answers.add("{\"terms\":\"CREDIT\",\"version\":2,\"freeMicros\":500000}");
    int code =
        run(
            "funds",
            "terms",
            "--advertiser",
            "9",
            "--credit",
            "0.50",
            "--daily",
            "0.10",
            "--reason",
            "contract 7");
    assertEquals(0, code, err.toString());
    assertEquals("CREDIT, version 2: 500000 micros are free", out.toString().strip());
    String request = received.getLast();
    assertTrue(
        request.startsWith("PATCH /api/v1/billing/advertisers/9/terms Bearer k-1 {"), request);
    JsonNode body = Api.JSON.readTree(request.substring(request.indexOf('{')));
    assertEquals("CREDIT", body.path("terms").asText());
    assertEquals(500_000, body.path("creditLimitMicros").longValue());
    assertEquals(100_000, body.path("budget").path("dailyMicros").longValue());
    assertEquals("EUR", body.path("currency").asText());
    assertEquals("contract 7", body.path("reason").asText());
  }

  @Test
  void shouldAgreeOnOneKindOfTermsAtATime() {
    assertEquals(2, run("funds", "terms", "--prepaid", "--unbounded", "--reason", "x"));
    assertTrue(received.isEmpty());
  }

  @Test
  void shouldBookATopUpOfTheOnlyAdvertiser() throws IOException {
    answers.add("{\"items\":[{\"id\":\"9\",\"name\":\"Acme\"}],\"nextCursor\":null}");
    answers.add("{\"currency\":\"USD\"}");
    answers.add("{\"id\":\"31\"}");
    assertEquals(0, run("funds", "top-up", "--amount", "12.34", "--reference", "t 1"));
    assertEquals("31", out.toString().strip());
    String request = received.getLast();
    assertTrue(request.startsWith("POST /api/v1/billing/advertisers/9/top-ups "), request);
    JsonNode body = Api.JSON.readTree(request.substring(request.indexOf('{')));
    assertEquals(12_340_000, body.path("amountMicros").longValue());
    assertEquals("USD", body.path("currency").asText());
  }

  @Test
  void shouldRefuseAnAmountOfMoreThanSixDecimals() {
    assertEquals(
        2,
        run(
            "line-item",
            "create",
            "--campaign",
            "9",
            "--name",
            "x",
            "--creative",
            "1",
            "--cpm",
            "0.0000001"));
    assertTrue(err.toString().contains("0.0000001"), err.toString());
    assertTrue(received.isEmpty());
  }

  @Test
  void shouldPrintEveryPageOfAReportAsCsv() {
    answers.add("{\"items\":[{\"campaignId\":\"1\",\"spendMicros\":5}],\"nextCursor\":\"c\"}");
    answers.add("{\"items\":[{\"campaignId\":\"2,3\",\"spendMicros\":7}]}");
    assertEquals(0, run("report", "--by", "campaign,hour", "--format", "csv"), err.toString());
    assertEquals(
        List.of("campaignId,spendMicros", "1,5", "\"2,3\",7"), out.toString().lines().toList());
    assertTrue(received.get(0).contains("groupBy=campaign%2Chour"), received.get(0));
    assertTrue(received.get(1).contains("cursor=c"), received.get(1));
  }

  @Test
  void shouldSayWhatAProblemDocumentSays() {
    status = 422;
    answers.add(
        "{\"title\":\"Unprocessable\",\"detail\":\"no\",\"errors\":[{\"field\":\"/name\",\"detail\":\"too"
            + " long\"}]}");
    assertEquals(1, run("advertiser", "create", "--name", "x"));
    assertEquals("422 Unprocessable: no\n  /name: too long", err.toString().strip());
  }

  @Test
  void shouldSayWhatToDoWithoutAnExchange() {
    server.stop(0);
    assertEquals(1, run("campaign", "list"));
    assertTrue(err.toString().contains("./adplatform status"), err.toString());
  }

  @Test
  void shouldKeepEveryValueOfAnAttributeThatIsGivenTwice() throws IOException {
    answers.add("{\"id\":\"77\"}");
    assertEquals(
        0,
        lineItem(
            "--include", "country=USA", "--include", "country=CAN,MEX", "--exclude", "site=a.b"),
        err.toString());
    JsonNode targeting = body(0).path("targeting");
    assertEquals("[\"USA\",\"CAN\",\"MEX\"]", targeting.at("/include/country").toString());
    assertEquals("[\"a.b\"]", targeting.at("/exclude/site").toString());
  }

  @Test
  void shouldRefuseTargetingBesideIncludeAndAnAttributeWithoutAValue() {
    assertEquals(2, lineItem("--include", "country=USA", "--targeting", "{}"));
    assertTrue(err.toString().contains("--targeting"), err.toString());
    assertEquals(2, lineItem("--include", "country"));
    assertTrue(err.toString().contains("country=USA,CAN: country"), err.toString());
    assertTrue(received.isEmpty());
  }

  @Test
  void shouldPrintJsonAsOneDocument() throws IOException {
    answers.add("{\"items\":[{\"id\":\"1\"},{\"id\":\"2\"}]}");
    assertEquals(0, run("campaign", "list", "--format", "json"), err.toString());
    JsonNode printed = Api.JSON.readTree(out.toString());
    assertEquals(List.of("1", "2"), printed.findValuesAsText("id"));
    assertTrue(printed.isArray());
    out.getBuffer().setLength(0);
    answers.add("{\"items\":[]}");
    assertEquals(0, run("campaign", "list", "--format", "json"), err.toString());
    assertEquals("[]", out.toString().strip());
  }

  @Test
  void shouldSendTheLocalKeyToItsOwnAddressAlone() {
    int port = server.getAddress().getPort();
    assertEquals(1, run("campaign", "list", "--api", "http://127.0.0.1:" + port));
    assertTrue(err.toString().contains("--api-key"), err.toString());
    assertTrue(received.isEmpty());
    answers.add("{\"items\":[]}");
    assertEquals(0, run("campaign", "list", "--api", "http://localhost:" + port + "/"));
    assertTrue(received.getFirst().contains("Bearer k-1"), received.getFirst());
    answers.add("{\"items\":[]}");
    assertEquals(
        0, run("campaign", "list", "--api", "http://127.0.0.1:" + port, "--api-key", "k-2"));
    assertTrue(received.get(1).contains("Bearer k-2"), received.get(1));
  }

  @Test
  void shouldSayInOneLineThatAnAddressIsNone() {
    assertEquals(1, run("campaign", "list", "--api", "localhost:8081", "--api-key", "k"));
    assertEquals(1, err.toString().lines().count(), err.toString());
  }

  @Test
  void shouldUploadForTheOnlyAdvertiserToWhereItsOtherCreativesLead() throws IOException {
    answers.add("{\"items\":[{\"id\":\"3\",\"name\":\"Acme\"}]}");
    answers.add(
        "{\"items\":[{\"landingPage\":\"https://www.acme.example/a\"},"
            + "{\"landingPage\":\"https://acme.example/b?t=${TOKEN}\"}]}");
    answers.add("{\"id\":\"8\"}");
    assertEquals(0, run("creative", "upload", png(300, 250)), err.toString());
    assertEquals("8", out.toString().strip());
    assertTrue(received.get(2).startsWith("POST /api/v1/advertisers/3/creatives "));
    JsonNode body = body(2);
    assertEquals("https://acme.example/", body.path("landingPage").asText());
    assertEquals("[\"acme.example\"]", body.path("advertiserDomains").toString());
    assertEquals("banner.png", body.path("name").asText());
    assertEquals(300, body.path("width").asInt());
    assertTrue(body.path("markup").asText().contains("data:image/png;base64,"));
  }

  @Test
  void shouldAskForTheAdvertiserOrTheLandingPageThatItCannotKnow() throws IOException {
    answers.add("{\"items\":[{\"id\":\"3\",\"name\":\"Acme\"},{\"id\":\"4\",\"name\":\"Bold\"}]}");
    assertEquals(1, run("creative", "upload", png(300, 250)));
    assertTrue(err.toString().contains("--advertiser"), err.toString());
    assertTrue(err.toString().contains("4  Bold"), err.toString());
    answers.add(
        "{\"items\":[{\"landingPage\":\"https://a.example/\"},{\"landingPage\":\"https://b.example/\"}]}");
    assertEquals(1, run("creative", "upload", png(300, 250), "--advertiser", "3"));
    assertTrue(err.toString().contains("--landing-page https://"), err.toString());
    assertTrue(received.stream().noneMatch(one -> one.startsWith("POST")), received.toString());
  }

  @Test
  void shouldSayInOneLineThatAFileIsDamaged() throws IOException {
    Path cut = Path.of(png(300, 250));
    byte[] bytes = Files.readAllBytes(cut);
    for (int length : new int[] {0, 5, 20, 60, bytes.length / 2}) {
      err.getBuffer().setLength(0);
      Files.write(cut, Arrays.copyOf(bytes, length));
      assertEquals(
          1, run("creative", "upload", cut.toString(), "--landing-page", "https://a.example/"));
      assertEquals(1, err.toString().lines().count(), length + ": " + err);
      assertTrue(err.toString().startsWith(cut.toString()), err.toString());
    }
    err.getBuffer().setLength(0);
    Path html = Files.write(data.resolve("latin.html"), new byte[] {'a', (byte) 0xe4, 'b'});
    assertEquals(1, run("creative", "upload", html.toString(), "--size", "300x250"));
    assertEquals(html + " is not in UTF-8", err.toString().strip());
    assertTrue(received.isEmpty());
  }

  private String png(int width, int height) throws IOException {
    Path file = data.resolve("banner.png");
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    ImageIO.write(image, "png", file.toFile());
    return file.toString();
  }

  private int lineItem(String... more) {
    List<String> words =
        new ArrayList<>(
            List.of("line-item", "create", "--campaign", "9", "--name", "x", "--cpm", "1"));
    words.addAll(List.of("--creative", "5"));
    words.addAll(List.of(more));
    return run(words.toArray(String[]::new));
  }

  private JsonNode body(int request) throws IOException {
    String text = received.get(request);
    return Api.JSON.readTree(text.substring(text.indexOf('{')));
  }

  private static String reconciled(int unexplained) {
    return """
    {"id":"7","date":"2026-11-20","complete":true,"cells":3,"differences":%d,"unexplained":%d,
     "unexplainedMicros":2501,
     "sources":[{"source":"EVENTS","currency":"USD","impressions":3,"spendMicros":7501}],
     "causes":[{"between":"EVENTS_LEDGER","cause":"LEDGER_MISSING","explained":false,
      "currency":"USD","differences":1,"spendMicros":-2501}]}\
    """
        .formatted(unexplained, unexplained);
  }

  private static final String DIFFERENCE =
      """
      {"items":[{"id":"1","hour":"2026-11-20T03:00:00Z","lineItemId":"42","supplyPartnerId":"50",
       "currency":"USD","between":"EVENTS_LEDGER","cause":"LEDGER_MISSING","explained":false,
       "impressions":-1,"spendMicros":-2501,"supplyCostMicros":-2001,"overDeliveryMicros":0,
       "detail":"events in no entry's range of offsets"}],"nextCursor":null}\
      """;

  @Test
  void shouldReconcileADayAndSayThatItAgrees() {
    answers.add(reconciled(0));
    answers.add("{\"items\":[],\"nextCursor\":null}");
    assertEquals(0, run("reconcile", "--date", "2026-11-20"), err.toString());
    assertTrue(
        received.getFirst().startsWith("PUT /api/v1/billing/reconciliations/2026-11-20 "),
        received.toString());
    assertTrue(out.toString().contains("No difference in 3 hours"), out.toString());
  }

  @Test
  void shouldSendAPartnersFileFirstAndTellFaultsByTheExitCode() throws IOException {
    Path file = data.resolve("figures.csv");
    Files.writeString(file, "hour,crid,impressions,amount,currency\n");
    String[] command = {
      "reconcile", "--date", "2026-11-20", "--partner", "demo-ssp", "--file", file.toString()
    };
    answers.add("{\"items\":[{\"id\":\"50\",\"key\":\"demo-ssp\"}],\"nextCursor\":null}");
    answers.add("{}");
    answers.add(reconciled(1));
    answers.add(DIFFERENCE);
    assertEquals(1, run(command), err.toString());
    assertTrue(
        received
            .get(1)
            .startsWith(
                "PUT /api/v1/billing/supply-partners/50/figures/2026-11-20 Bearer k-1 hour,"),
        received.toString());
    assertTrue(out.toString().contains("LEDGER_MISSING"), out.toString());
    assertTrue(out.toString().contains("2501 micros"), out.toString());
  }

  @Test
  void shouldPrintReconciledDifferencesAsCsv() {
    answers.add(reconciled(1));
    answers.add(DIFFERENCE);
    assertEquals(1, run("reconcile", "--date", "2026-11-20", "--format", "csv"));
    assertEquals(
        "2026-11-20T03:00:00Z,42,50,USD,EVENTS_LEDGER,LEDGER_MISSING,-1,-2501,-2001,0,"
            + "events in no entry's range of offsets",
        out.toString().split("\n")[1]);
  }

  @Test
  void shouldExitWithTwoWhereNothingWasReconciled() throws IOException {
    assertEquals(2, run("reconcile"));
    assertEquals(2, run("reconcile", "--date", "20.11.2026"));
    assertEquals(2, run("reconcile", "--date", "2026-11-20", "--partner", "50"));
    status = 422;
    answers.add(
        "{\"title\":\"Unprocessable content\",\"errors\":[{\"field\":\"line 7\",\"detail\":\"a"
            + " hole\"}]}");
    Path file = data.resolve("figures.csv");
    Files.writeString(file, "x");
    assertEquals(
        2, run("reconcile", "--date", "2026-11-20", "--partner", "50", "--file", file.toString()));
    assertTrue(err.toString().contains("line 7: a hole"), err.toString());
    stop();
    assertEquals(2, run("reconcile", "--date", "2026-11-20"));
    assertTrue(err.toString().contains("cannot reach"), err.toString());
  }

  private int run(String... arguments) {
    CommandLine line = AdPlatformCli.commandLine();
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--data", data.toString()));
    return line.execute(all.toArray(String[]::new));
  }
}
