package io.adplatform.loadtest.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A request of {@code loadtest/requests/} and what {@code expected.tsv} says of its answer.
 *
 * @param status a status, or {@code 2xx}: with a bid of another line item or none
 * @param bids by imp id, the sizes any of which may be bid and the line item that must
 * @param auctions imps that are decided: those that can be read
 */
public record RequestFile(
    String name,
    byte[] body,
    String version,
    boolean gzip,
    String status,
    Map<String, Expected> bids,
    int auctions) {
  private static final JsonMapper JSON = new JsonMapper();

  /** What must be bid for an imp. */
  public record Expected(Set<String> sizes, String lineItem) {}

  /** Reads the list and the requests it names. */
  public static List<RequestFile> readAll(Path folder) throws IOException {
    List<RequestFile> all = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("expected.tsv"))) {
      if (!line.startsWith("#")) {
        String[] cells = line.split("\t");
        all.add(
            new RequestFile(
                cells[0],
                Files.readAllBytes(folder.resolve(cells[0] + ".json")),
                cells[1],
                cells[2].equals("1"),
                cells[3],
                expected(cells[4]),
                Integer.parseInt(cells[5])));
      }
    }
    return all;
  }

  /** Reads one of them by its name. */
  public static RequestFile read(Path folder, String name) throws IOException {
    return readAll(folder).stream()
        .filter(one -> one.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no request " + name + " in " + folder));
  }

  private static Map<String, Expected> expected(String cell) {
    Map<String, Expected> bids = new LinkedHashMap<>();
    if (!cell.equals("-")) {
      for (String bid : cell.split(";")) {
        int equals = bid.lastIndexOf('=');
        int at = bid.lastIndexOf('@');
        bids.put(
            bid.substring(0, equals),
            new Expected(
                Set.of(bid.substring(equals + 1, at).split("\\|")), bid.substring(at + 1)));
      }
    }
    return bids;
  }

  /** The request as a tree, for those that are JSON. */
  public JsonNode json() throws IOException {
    return JSON.readTree(body);
  }

  /** Whether the request says that nothing of it may be charged. */
  public boolean isTest() {
    return name.contains("test-request");
  }
}
