package io.adplatform.standalone;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/**
 * Servers that are given instead of started; null where {@code up} starts its own. Filled by
 * picocli, then only read.
 */
final class GivenServers {
  @Option(
      names = "--postgres",
      paramLabel = "URL",
      description =
          "Use this PostgreSQL, jdbc:postgresql://host:port/database, instead of starting one.")
  String postgres;

  @Option(
      names = "--postgres-user",
      paramLabel = "NAME",
      defaultValue = "adplatform",
      description = "Who owns that database and may create roles (default: ${DEFAULT-VALUE}).")
  String postgresUser;

  @Option(
      names = "--postgres-password-file",
      paramLabel = "FILE",
      description = "File of mode 600 with that user's password.")
  Path postgresPasswordFile;

  @Option(
      names = "--kafka",
      paramLabel = "HOST:PORT,...",
      description = "Use this Kafka (or Redpanda) instead of starting one.")
  String kafka;

  @Option(
      names = "--redis",
      paramLabel = "URL",
      description = "Use this Redis (or DragonflyDB), redis://host:port, instead of starting one.")
  String redis;

  @Option(
      names = "--redis-password-file",
      paramLabel = "FILE",
      description = "File of mode 600 with its password, where it asks for one.")
  Path redisPasswordFile;

  /** Ports on 127.0.0.1 by the name of a server that is started: see docs/hacking.md. */
  @Option(names = "--via", paramLabel = "SERVER=PORT", hidden = true)
  Map<String, Integer> via = new HashMap<>();

  @Option(
      names = "--clickhouse",
      paramLabel = "URL",
      description = "Use this ClickHouse, http://host:port, instead of starting one.")
  String clickHouse;

  @Option(
      names = "--clickhouse-user",
      paramLabel = "NAME",
      description = "Its user, where it asks for one.")
  String clickHouseUser;

  @Option(
      names = "--clickhouse-password-file",
      paramLabel = "FILE",
      description = "File of mode 600 with that user's password.")
  Path clickHousePasswordFile;
}
