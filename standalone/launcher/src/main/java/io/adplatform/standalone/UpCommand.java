package io.adplatform.standalone;

import io.adplatform.runtime.config.LanePreset;
import java.net.URI;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code up}: reads and checks the command line, then runs {@link Up}. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    showDefaultValues = false,
    description = "Starts the whole exchange and keeps it running until Ctrl-C or down.",
    footer = {
      "",
      "Further settings of the services are read from ADPLATFORM_* variables, such as",
      "ADPLATFORM_LANES or ADPLATFORM_PARTITIONS (docs/architecture.md lists them)."
    })
final class UpCommand implements Callable<Integer> {
  private static final int HIGHEST_PORT = 65_535;

  @Spec private CommandSpec spec;
  @Mixin private DataOption data;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8080",
      description = "Bid requests, beacons, notices (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--api-port",
      paramLabel = "PORT",
      defaultValue = "8081",
      description = "The REST API (default: ${DEFAULT-VALUE}).")
  private int apiPort;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description =
          "Address to listen on (default: ${DEFAULT-VALUE}, this machine alone; 0.0.0.0 for all).")
  private String host;

  @Option(
      names = "--public-url",
      paramLabel = "URL",
      description =
          "What notices and beacons are built with (default: http://localhost:PORT, or the host"
              + " given). An imp with secure=1 gets no bid unless it is https.")
  private String publicUrl;

  @Option(names = "--no-sample", description = "Do not load the sample data into a new folder.")
  private boolean noSample;

  @Option(
      names = "--preset",
      paramLabel = "PRESET",
      defaultValue = "LAPTOP",
      description =
          "LAPTOP (idle lanes sleep) or LATENCY (lanes never sleep; pin them with"
              + " ADPLATFORM_LANE_CORES). Default: ${DEFAULT-VALUE}.")
  private LanePreset preset;

  @Option(names = "--split", description = "Run each service as a process of its own.")
  private boolean split;

  @ArgGroup(validate = false, heading = "%nServers that are there already:%n")
  private GivenServers given = new GivenServers();

  @Override
  public Integer call() throws Exception {
    return new Up(config(), System.getenv(), System.out).run();
  }

  private UpConfig config() {
    requirePort(port, "--port");
    requirePort(apiPort, "--api-port");
    if (port == apiPort) {
      throw wrong("--port and --api-port must differ, both are " + port);
    }
    if (preset == LanePreset.STEPPED) {
      throw wrong("--preset must be LAPTOP or LATENCY: STEPPED is for tests");
    }
    requirePrefix("--postgres", given.postgres, "jdbc:postgresql://");
    requirePrefix("--redis", given.redis, "redis://");
    requirePrefix("--clickhouse", given.clickHouse, "http://");
    return new UpConfig(
        data.folder(), host, port, apiPort, publicUrl(), !noSample, preset.name(), split, given);
  }

  private URI publicUrl() {
    String text = publicUrl == null ? UpConfig.localUrl(host, port) : publicUrl;
    while (text.endsWith("/")) {
      text = text.substring(0, text.length() - 1);
    }
    try {
      URI url = URI.create(text);
      if (("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
          && url.getHost() != null
          && url.getRawQuery() == null) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      throw wrong("--public-url must be like https://ads.example, not " + publicUrl);
    }
    throw wrong("--public-url must be like https://ads.example, not " + publicUrl);
  }

  private void requirePort(int value, String option) {
    if (value < 1 || value > HIGHEST_PORT) {
      throw wrong(option + " must be from 1 to " + HIGHEST_PORT + ", not " + value);
    }
  }

  private void requirePrefix(String option, String value, String prefix) {
    if (value != null && !value.startsWith(prefix)) {
      throw wrong(option + " must begin with " + prefix + ", not be " + value);
    }
  }

  private ParameterException wrong(String message) {
    return new CommandLine.ParameterException(spec.commandLine(), message);
  }
}
