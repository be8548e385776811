package io.adplatform.standalone;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rules of the house: who may import whom, which names are not used, what each package must
 * have.
 */
class HouseRulesTest {
  private static final Path HOME = Path.of(System.getProperty("adplatform.home"));
  private static final int MAX_MAIN_LINES = 500;
  private static final int MAX_TEST_LINES = 800;

  /**
   * All of the project's classes that stand on this module's class path: every service, but not the
   * settle job and the servers' own processes.
   */
  private static final JavaClasses HOUSE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.adplatform");

  @Test
  void shouldSeeEveryService() {
    TreeSet<String> seen = new TreeSet<>();
    for (JavaClass one : HOUSE) {
      seen.add(one.getPackageName().split("\\.")[2]);
    }
    assertTrue(
        seen.containsAll(
            List.of(
                "wire",
                "runtime",
                "decision",
                "storage",
                "rtb",
                "analytics",
                "campaign",
                "billing",
                "servers")),
        seen.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "wire, 'wire'",
    "runtime, 'wire runtime'",
    "decision, 'wire decision'",
    "storage, 'wire runtime decision storage'",
    "rtb, 'wire runtime decision storage rtb'",
    "analytics, 'wire runtime decision storage analytics'",
    "campaign, 'wire runtime decision storage campaign'",
    "billing, 'wire runtime decision storage billing'",
    "servers, 'servers'"
  })
  void shouldImportOneWay(String module, String allowed) {
    List<String> modules = List.of(allowed.split(" "));
    classes()
        .that()
        .resideInAPackage("io.adplatform." + module + "..")
        .should()
        .onlyDependOnClassesThat(
            new DescribedPredicate<JavaClass>("are outside the house or in " + allowed) {
              @Override
              public boolean test(JavaClass one) {
                String name = one.getPackageName();
                return !name.startsWith("io.adplatform.") || modules.contains(name.split("\\.")[2]);
              }
            })
        .check(HOUSE);
  }

  @Test
  void shouldKeepWireAndDecisionFreeOfFrameworksAndDrivers() {
    noClasses()
        .that()
        .resideInAnyPackage("io.adplatform.wire..", "io.adplatform.decision..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.vertx..",
            "io.netty..",
            "io.aeron..",
            "org.apache.kafka..",
            "java.sql..",
            "com.zaxxer..",
            "org.slf4j..")
        .check(HOUSE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "io.adplatform.rtb.openrtb..",
        "io.adplatform.rtb.auction..",
        "io.adplatform.rtb.event..",
        "io.adplatform.analytics.collect.."
      })
  void shouldKeepDriversOutOfLanePackages(String lanePackage) {
    noClasses()
        .that()
        .resideInAPackage(lanePackage)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.adplatform.storage..",
            "org.apache.kafka..",
            "java.sql..",
            "java.net.http..",
            "com.clickhouse..")
        .check(HOUSE);
  }

  @Test
  void shouldNotUseNamesOutsideTheVocabulary() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.adplatform.wire.sbe..")
        .should()
        .haveSimpleNameEndingWith("Manager")
        .orShould()
        .haveSimpleNameEndingWith("Helper")
        .orShould()
        .haveSimpleNameEndingWith("Util")
        .orShould()
        .haveSimpleNameEndingWith("Utils")
        .orShould()
        .haveSimpleNameEndingWith("Processor")
        .orShould()
        .haveSimpleNameEndingWith("Wrapper")
        .orShould()
        .haveSimpleNameEndingWith("Impl")
        .orShould()
        .haveSimpleNameStartingWith("Abstract")
        .orShould()
        .haveNameMatching(".*\\.Default[A-Z][A-Za-z]*")
        .orShould()
        .haveNameMatching(".*\\.I[A-Z][a-z][A-Za-z]*")
        .check(HOUSE);
  }

  @Test
  void shouldNotReadTheClockOrFloatMoneyInDecision() {
    noClasses()
        .that()
        .resideInAPackage("io.adplatform.decision..")
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .check(HOUSE);
  }

  @Test
  void shouldSayInEachPackageWhatItIsFor() throws IOException {
    List<String> without = new ArrayList<>();
    for (Path source : sources("src/main/java")) {
      Path folder = source.getParent();
      if (!Files.exists(folder.resolve("package-info.java"))) {
        without.add(HOME.relativize(folder).toString());
      }
    }
    assertEquals(List.of(), without.stream().distinct().toList());
  }

  @Test
  void shouldKeepFilesShort() throws IOException {
    List<String> tooLong = new ArrayList<>();
    for (Path source : sources("src")) {
      int bound = source.toString().contains("/src/test/") ? MAX_TEST_LINES : MAX_MAIN_LINES;
      try (Stream<String> lines = Files.lines(source)) {
        long count = lines.count();
        if (count > bound) {
          tooLong.add(HOME.relativize(source) + ": " + count + " lines");
        }
      }
    }
    assertEquals(List.of(), tooLong);
  }

  private static List<Path> sources(String under) throws IOException {
    try (Stream<Path> all = Files.walk(HOME)) {
      return all.filter(path -> path.toString().endsWith(".java"))
          .filter(path -> path.toString().contains("/" + under + "/"))
          .filter(path -> !path.toString().contains("/target/"))
          .filter(path -> !path.toString().contains("/node_modules/"))
          .toList();
    }
  }
}
