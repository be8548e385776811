package io.adplatform.analytics.collect;

import io.adplatform.runtime.config.JournalConfig;
import io.adplatform.runtime.config.LaneConfig;
import io.adplatform.runtime.config.NodeConfig;
import io.adplatform.runtime.journal.JournalReader;
import io.adplatform.runtime.journal.JournalRecording;
import io.adplatform.runtime.journal.LaneJournal;
import io.adplatform.runtime.lane.Lane;
import io.adplatform.runtime.node.HotNode;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.sbe.SignalDecoder;
import io.adplatform.wire.token.TokenCodec;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.agrona.collections.Long2ObjectHashMap;

/** A hot node with one lane that takes beacons, and nothing else. */
final class BeaconServer implements AutoCloseable {
  private static final int POLL = 1_000;

  final HotNode node;
  final LandingPages pages = new LandingPages();
  final CollectCounters counters;
  final int port;
  volatile boolean awaited = true;
  private final HttpClient client = HttpClient.newHttpClient();

  private BeaconServer(Path folder, Function<Lane, LaneJournal> journals) {
    node = HotNode.start(config(folder), LaneConfig.laptop());
    Lane lane = node.lanes().lane(0);
    LaneJournal journal = journals == null ? node.journal(lane) : journals.apply(lane);
    counters = new CollectCounters(node.metrics());
    CollectAgent agent = new CollectAgent(lane, journal, counters);
    BeaconHandler handler =
        new BeaconHandler(
            new SignalPublisher(lane, journal, 0),
            agent,
            new TokenCodec(TestTokens.KEYS),
            pages,
            counters,
            () -> awaited);
    node.agent(ignored -> agent);
    node.route("/e/", ignored -> handler);
    node.route("/n/", ignored -> handler);
    landOn(TestTokens.LANDING_PAGE);
    port = node.listen();
  }

  /** The creative of {@link TestTokens} leads to a page. */
  void landOn(String page) {
    Long2ObjectHashMap<String> known = new Long2ObjectHashMap<>();
    known.put(TestTokens.CREATIVE, page);
    pages.replace(known);
  }

  static BeaconServer start(Path folder) {
    return new BeaconServer(folder, null);
  }

  /** With another journal than the node's own. */
  static BeaconServer start(Path folder, Function<Lane, LaneJournal> journals) {
    return new BeaconServer(folder, journals);
  }

  static NodeConfig config(Path folder) {
    URI url = URI.create("http://localhost:8080");
    return new NodeConfig(1, folder, "127.0.0.1", 0, url, false, JournalConfig.standard());
  }

  HttpRequest request(String method, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .method(method, HttpRequest.BodyPublishers.noBody())
        .build();
  }

  HttpResponse<byte[]> send(String method, String path) throws Exception {
    return client.send(request(method, path), HttpResponse.BodyHandlers.ofByteArray());
  }

  HttpClient client() {
    return client;
  }

  /** Every signal in the journal of this data folder. */
  void signals(Consumer<SignalDecoder> visitor) {
    JournalReader reader = node.driver().reader();
    for (JournalRecording recording : reader.recordings()) {
      try (var cursor = reader.open(recording, 0)) {
        while (cursor.poll(
                (buffer, offset, length, position) ->
                    visitor.accept(
                        new SignalDecoder()
                            .wrapAndApplyHeader(buffer, offset, new MessageHeaderDecoder())),
                POLL)
            > 0) {
          // Until nothing more is recorded.
        }
      }
    }
  }

  List<Long> recordedAuctions() {
    List<Long> auctions = new ArrayList<>();
    signals(signal -> auctions.add(signal.auctionLo()));
    return auctions;
  }

  @Override
  public void close() {
    client.close();
    node.close();
  }
}
