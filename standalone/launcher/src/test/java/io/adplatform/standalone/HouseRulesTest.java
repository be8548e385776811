package io.adplatform.standalone;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
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

  /** Files of a package, besides its package-info. */
  private static final int MAX_PACKAGE_FILES = 20;

  /** Larger for now: docs/limits.md says so. */
  private static final Set<String> LARGE_PACKAGES =
      Set.of("io/adplatform/wire/openrtb", "io/adplatform/standalone");

  private static final String[] FLOATING = {"double", "float", "Double", "Float"};

  /** Ratios and seconds of gauges are no money. */
  private static final String METRICS = ".*(Gauges|Counters|Metrics|MetricsServer)";

  private static final Pattern TEST_METHOD =
      Pattern.compile("^ *@(Test|Property|Example|TestFactory|ParameterizedTest|RepeatedTest)\\b");

  private static final Pattern UNSEEDED =
      Pattern.compile("^ *@Property(?!\\(seed = )\\b|new (Splittable)?Random\\(\\)");

  /** What Surefire runs. */
  private static final Pattern TEST_NAME = Pattern.compile("Test.*|.*(Test|Tests|TestCase)");

  /**
   * All of the project's classes, of every module: the services' and the processes' beside them.
   */
  private static final JavaClasses HOUSE = readHouse();

  private static JavaClasses readHouse() {
    return new ClassFileImporter()
        .importPaths(modules().stream().map(module -> module.resolve("target/classes")).toList());
  }

  @Test
  void shouldSeeEveryModule() {
    List<String> unseen = new ArrayList<>();
    for (Path module : modules()) {
      Path classes = module.resolve("target/classes");
      if (HOUSE.stream().noneMatch(one -> isFrom(one, classes))) {
        unseen.add(HOME.relativize(module).toString());
      }
    }
    assertEquals(List.of(), unseen);
    assertTrue(modules().size() >= 15, modules().toString());
  }

  private static boolean isFrom(JavaClass one, Path classes) {
    return one.getSource()
        .map(source -> source.getUri().getPath().startsWith(classes.toString() + "/"))
        .orElse(false);
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
    "settle, 'wire settle'",
    "servers, 'servers'",
    "kafkaserver, 'kafkaserver'",
    "clickhouse, 'clickhouse'",
    "testkit, 'wire servers testkit'",
    "simulator, 'wire runtime decision storage rtb analytics billing settle simulator'",
    "cli, 'cli'"
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
        "io.adplatform.rtb.demand..",
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
  void shouldNotReadTheClockInDecision() {
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
  void shouldNotFloatMoney() {
    List<String> floating = new ArrayList<>();
    for (JavaClass one : HOUSE) {
      if (isMoneyCode(one)) {
        one.getFields().stream()
            .filter(field -> isFloating(field.getRawType()))
            .forEach(field -> floating.add(field.getFullName()));
        one.getCodeUnits().stream()
            .filter(unit -> !unit.getModifiers().contains(JavaModifier.SYNTHETIC))
            .filter(
                unit ->
                    isFloating(unit.getRawReturnType())
                        || unit.getRawParameterTypes().stream()
                            .anyMatch(HouseRulesTest::isFloating))
            .forEach(unit -> floating.add(unit.getFullName()));
      }
    }
    assertEquals(List.of(), floating);
  }

  private static boolean isMoneyCode(JavaClass one) {
    return Stream.of("wire.money", "decision.budget", "billing", "settle")
            .anyMatch(
                part -> (one.getPackageName() + ".").startsWith("io.adplatform." + part + "."))
        && !one.getSimpleName().matches(METRICS);
  }

  private static boolean isFloating(JavaClass type) {
    return List.of(FLOATING).contains(type.getBaseComponentType().getSimpleName());
  }

  @Test
  void shouldNameTestsSoThatTheyRun() throws IOException {
    List<String> neverRun = new ArrayList<>();
    for (Path source : sources("src/test/java")) {
      String name = source.getFileName().toString().replace(".java", "");
      if (!TEST_NAME.matcher(name).matches()) {
        try (Stream<String> lines = Files.lines(source)) {
          if (lines.anyMatch(line -> TEST_METHOD.matcher(line).find())) {
            neverRun.add(HOME.relativize(source).toString());
          }
        }
      }
    }
    assertEquals(List.of(), neverRun);
  }

  /** A build that is green here is green there; whoever looks for more takes the seeds away. */
  @Test
  void shouldDrawTheSameInEveryBuild() throws IOException {
    List<String> drawn = new ArrayList<>();
    for (Path source : sources("src/test/java")) {
      try (Stream<String> lines = Files.lines(source)) {
        if (lines.anyMatch(line -> UNSEEDED.matcher(line).find())) {
          drawn.add(HOME.relativize(source).toString());
        }
      }
    }
    assertEquals(List.of(), drawn);
  }

  @Test
  void shouldKeepPackagesSmall() throws IOException {
    Map<Path, Integer> files = new TreeMap<>();
    for (Path source : sources("src/main/java")) {
      if (!source.endsWith("package-info.java")) {
        files.merge(source.getParent(), 1, Integer::sum);
      }
    }
    List<String> large = new ArrayList<>();
    files.forEach(
        (folder, number) -> {
          if (number > MAX_PACKAGE_FILES && LARGE_PACKAGES.stream().noneMatch(folder::endsWith)) {
            large.add(HOME.relativize(folder) + ": " + number + " files");
          }
        });
    assertEquals(List.of(), large);
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

  /** The folders of modules that have code. */
  private static List<Path> modules() {
    try (Stream<Path> all = Files.walk(HOME, 2)) {
      return all.filter(folder -> Files.isDirectory(folder.resolve("src/main/java")))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
