package io.adplatform.standalone;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** {@code --data}, the same for every command. Filled by picocli, then only read. */
final class DataOption {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "${ADPLATFORM_DATA:-.adplatform}",
      description = "The data folder (default: .adplatform, or ADPLATFORM_DATA).")
  private Path data;

  /** The folder, absolute. */
  Path folder() {
    return data.toAbsolutePath().normalize();
  }
}
