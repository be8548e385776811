package io.adplatform.campaign.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.campaign.check.PartnerTerms;
import io.adplatform.runtime.config.Settings;
import io.adplatform.runtime.config.SettingsException;
import io.adplatform.wire.secret.SecretSeal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CampaignConfigTest {
  @TempDir private Path folder;

  @Test
  void shouldKnowTheRegionsOfItsNodes() {
    assertEquals(
        Set.of("eu", "us-east", "asia"),
        CampaignConfig.partners(settings("regions", "eu, us-east,", "region", "asia")).regions());
    PartnerTerms none = CampaignConfig.partners(settings());
    assertEquals(Set.of(), none.regions());
    assertNull(none.seal());
  }

  @Test
  void shouldNameTheRegionThatIsNone() {
    for (String wrong : new String[] {"EU West", "default", "a".repeat(33)}) {
      SettingsException refused =
          assertThrows(
              SettingsException.class, () -> CampaignConfig.partners(settings("regions", wrong)));
      assertTrue(refused.getMessage().startsWith("regions: '" + wrong), refused.getMessage());
    }
  }

  @Test
  void shouldReadTheKeysOfSecretsAndNotRepeatThem() throws IOException {
    Path good = file("good", SecretSeal.generate());
    PartnerTerms terms = CampaignConfig.partners(settings("secrets-key-file", good.toString()));
    assertEquals("x", terms.seal().open(terms.seal().seal("x", "here"), "here"));
    Path bad = file("bad", "1 abcdef");
    SettingsException refused =
        assertThrows(
            SettingsException.class,
            () -> CampaignConfig.partners(settings("secrets-key-file", bad.toString())));
    assertFalse(refused.getMessage().contains("abcdef"), refused.getMessage());
  }

  private Path file(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.writeString(file, text);
  }

  private static Settings settings(String... pairs) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      values.put(pairs[i], pairs[i + 1]);
    }
    return Settings.of(values);
  }
}
