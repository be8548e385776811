package io.adplatform.loadtest.smoke;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.adplatform.loadtest.exchange.Exchange;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.imageio.ImageIO;

/** Types commands, with the key of the run's account, and reads what they print. */
final class Commands {
  /** Outbids all else, in one country and on one site. */
  private static final long CPM_MICROS = 25_000_000;

  private static final JsonMapper JSON = new JsonMapper();

  private final Check check;
  private final Exchange exchange;
  private final Map<String, String> environment;

  Commands(Check check, Exchange exchange, Demand demand) {
    this.check = check;
    this.exchange = exchange;
    this.environment =
        Map.of("ADPLATFORM_DATA", exchange.dataFolder(), "ADPLATFORM_API_KEY", demand.apiKey);
  }

  /** Makes a creative, a campaign and a line item for one site. */
  Demand.LineItem create(String country, String site) throws IOException, InterruptedException {
    Path banner = Path.of(exchange.dataFolder()).resolveSibling("banner.png");
    ImageIO.write(new BufferedImage(300, 250, BufferedImage.TYPE_INT_RGB), "png", banner.toFile());
    String creative = id("creative", "upload", "./banner.png");
    String campaign = id("campaign", "create", "--name", "Q4 Sale", "--total", "5.00");
    String lineItem =
        id(
            "line-item",
            "create",
            "--campaign",
            campaign,
            "--name",
            "Typed",
            "--cpm",
            "25",
            "--creative",
            creative,
            "--include",
            "country=" + country,
            "--include",
            "site=" + site,
            "--include",
            "site=other.example");
    return new Demand.LineItem("typed", lineItem, campaign, CPM_MICROS);
  }

  /** Stops a line item from bidding. */
  void pause(Demand.LineItem lineItem) throws IOException, InterruptedException {
    type("line-item", "pause", lineItem.id());
    String serving = type("line-item", "serving", lineItem.id());
    check.that(serving.startsWith("not serving"), "a paused line item serves not: " + serving);
  }

  /** The report in its three forms, each with what was tallied. */
  void report(Demand.LineItem lineItem, SortedMap<Instant, Delivery> tallied)
      throws IOException, InterruptedException {
    List<String> report =
        List.of(
            "report",
            "--from",
            tallied.firstKey().toString(),
            "--by",
            "lineItem,hour",
            "--filter",
            "lineItemId:" + lineItem.id());
    JsonNode document = JSON.readTree(type(with(report, "--format", "json")));
    SortedMap<Instant, Delivery> told = new TreeMap<>(tallied);
    told.replaceAll((hour, delivery) -> delivery.withoutSupplyCost());
    check.equal(
        told,
        Report.hours(Report.withCost(document, JSON.createArrayNode())),
        "report as one JSON document");
    List<String> csv = type(with(report, "--format", "csv")).lines().toList();
    check.equal(tallied.size() + 1, csv.size(), "lines of the report as CSV");
    check.equal(figures(tallied), cells(csv, ","), "impressions and spend of the report as CSV");
    List<String> table = type(with(report)).lines().toList();
    check.equal(
        figures(tallied), cells(table, " +"), "impressions and spend of the report as a table");
  }

  /** Why an auction ended as it did, by its id and by the SSP's request id. */
  void explain(Sold sold, String requestWithoutBid) throws IOException, InterruptedException {
    String won = type("explain", sold.bid().id());
    check.that(
        won.contains(sold.bid().id()) && won.contains("(" + sold.lineItem().id() + ")"),
        "explain names the winner: " + won);
    String none = type("explain", "--request", requestWithoutBid);
    check.that(none.contains("BELOW_FLOOR"), "explain tells why there was no bid: " + none);
    type("status");
  }

  private static List<String> figures(SortedMap<Instant, Delivery> tallied) {
    return tallied.values().stream()
        .map(one -> one.impressions() + " " + one.spendMicros())
        .toList();
  }

  /** The cells of two columns, row by row. */
  private static List<String> cells(List<String> lines, String separator) {
    List<String> header = List.of(lines.getFirst().split(separator));
    List<String> found = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(separator);
      found.add(cells[header.indexOf("impressions")] + " " + cells[header.indexOf("spendMicros")]);
    }
    return found;
  }

  private static String[] with(List<String> words, String... more) {
    List<String> all = new ArrayList<>(words);
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private String id(String... words) throws IOException, InterruptedException {
    String printed = type(words).strip();
    if (!check.that(
        printed.matches("[1-9][0-9]*"), String.join(" ", words) + " prints an id: " + printed)) {
      throw new IllegalStateException("cannot go on without " + String.join(" ", words));
    }
    return printed;
  }

  private String type(String... words) throws IOException, InterruptedException {
    Exchange.Printed printed = exchange.command(environment, words);
    check.that(
        printed.code() == 0,
        "./adplatform "
            + String.join(" ", words)
            + " ends with "
            + printed.code()
            + ": "
            + printed.err());
    return printed.out();
  }
}
