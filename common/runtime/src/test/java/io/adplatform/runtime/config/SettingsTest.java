package io.adplatform.runtime.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
  @TempDir Path folder;

  @Test
  void shouldPreferFlagsToEnvironmentAndEnvironmentToFile() throws IOException {
    Path file = folder.resolve("adplatform.properties");
    Files.writeString(file, "a=file\nb=file\nc=file\n");
    Settings settings =
        Settings.of(
            new String[] {"--config", file.toString(), "--a=flag", "--split"},
            Map.of("ADPLATFORM_A", "environment", "ADPLATFORM_B", "environment", "OTHER_D", "x"));
    assertEquals("flag", settings.text("a", null));
    assertEquals("environment", settings.text("b", null));
    assertEquals("file", settings.text("c", null));
    assertEquals("none", settings.text("d", "none"));
    assertTrue(settings.flag("split", false));
  }

  @ParameterizedTest
  @CsvSource({
    "port, eighty, number",
    "port, 65536, number",
    "port, -1, number",
    "split, yes, flag",
    "preset, FAST, choice",
    "public-url, ftp://host, url",
    "public-url, localhost:8080, url",
    "public-url, http://h/?q=1, url",
    "cores, '1,x', cores",
    "cores, 9999, cores",
    "name, '  ', text"
  })
  void shouldNameKeyValueAndWhatIsAllowedInOneLine(String key, String value, String kind) {
    Map<String, Function<Settings, Object>> getters =
        Map.of(
            "number", settings -> settings.integer(key, 1, 0, 65_535),
            "flag", settings -> settings.flag(key, false),
            "choice", settings -> settings.choice(key, null, LanePreset.class),
            "url", settings -> settings.url(key, null),
            "cores", settings -> settings.integers(key, 0, 1023),
            "text", settings -> settings.requiredText(key));
    SettingsException error =
        assertThrows(
            SettingsException.class,
            () -> getters.get(kind).apply(Settings.of(Map.of(key, value))));
    assertTrue(error.getMessage().startsWith(key + ": '" + value + "' is not allowed; it must be"));
    assertFalse(error.getMessage().contains("\n"));
  }

  @Test
  void shouldSayHowToGiveWhatIsMissing() {
    SettingsException error =
        assertThrows(
            SettingsException.class, () -> Settings.of(Map.of()).requiredText("node-key-file"));
    assertEquals(
        "node-key-file: is missing; give --node-key-file or ADPLATFORM_NODE_KEY_FILE",
        error.getMessage());
  }

  @Test
  void shouldRefuseAFlagThatNobodyAskedFor() {
    Settings settings = Settings.of(new String[] {"--prot", "1", "--port=2"}, Map.of());
    assertEquals(2, settings.integer("port", 0, 0, 10));
    SettingsException error = assertThrows(SettingsException.class, settings::refuseUnknownFlags);
    assertTrue(error.getMessage().startsWith("--prot: no such flag"), error.getMessage());
  }

  @Test
  void shouldReadASecretOnlyFromAFileThatItsOwnerAloneCanRead() throws IOException {
    Path file = folder.resolve("key");
    Files.writeString(file, "s3cret\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Settings settings = Settings.of(Map.of("key", file.toString()));
    assertEquals("s3cret", settings.secret("key"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    SettingsException error = assertThrows(SettingsException.class, () -> settings.secret("key"));
    assertTrue(error.getMessage().contains("chmod 600"));
    assertFalse(error.getMessage().contains("s3cret"));
  }

  @Test
  void shouldBuildANodesConfigurationFromItsSettings() {
    Settings settings =
        Settings.of(
            Map.of(
                "node-id",
                "3",
                "data",
                "/tmp/x/../y",
                "port",
                "9090",
                "public-url",
                "https://ads.example/",
                "preset",
                "latency",
                "lane-cores",
                "2,3"));
    NodeConfig node = NodeConfig.of(settings);
    assertEquals(3, node.nodeId());
    assertEquals(Path.of("/tmp/y"), node.dataDir());
    assertEquals(9090, node.dataPort());
    assertEquals(URI.create("https://ads.example"), node.publicUrl());
    assertTrue(node.secure());
    assertFalse(node.externalDriver());
    LaneConfig lanes = LaneConfig.of(settings);
    assertEquals(LanePreset.LATENCY, lanes.preset());
    assertEquals(2, lanes.lanes());
    assertEquals(List.of(2, 3), lanes.cores());
    assertEquals(0, lanes.blockNanos());
  }

  @Test
  void shouldHaveDefaultsForALaptop() {
    Settings none = Settings.of(Map.of());
    NodeConfig node = NodeConfig.of(none);
    assertEquals(1, node.nodeId());
    assertEquals(8080, node.dataPort());
    assertEquals(URI.create("http://localhost:8080"), node.publicUrl());
    assertFalse(node.secure());
    assertFalse(node.journal().syncToDisk());
    LaneConfig lanes = LaneConfig.of(none);
    assertEquals(LanePreset.LAPTOP, lanes.preset());
    assertEquals(1, lanes.lanes());
    assertTrue(lanes.blockNanos() > 0);
    assertEquals(new KafkaConfig("127.0.0.1:9092", 4), KafkaConfig.of(none));
  }
}
