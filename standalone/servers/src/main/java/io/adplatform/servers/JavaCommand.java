package io.adplatform.servers;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * The command line of a JVM that runs one module of the project with that module's own class path:
 * {@code target/classes} and what the build wrote to {@code target/class-path}. Not thread-safe.
 */
public final class JavaCommand {
  private static final Properties BUILD = buildProperties();

  private final String module;
  private final String mainClass;
  private final List<String> options = new ArrayList<>();
  private final List<String> arguments = new ArrayList<>();

  private JavaCommand(String module, String mainClass) {
    this.module = module;
    this.mainClass = mainClass;
  }

  /**
   * @param module the module's folder below the project's root, such as {@code
   *     standalone/kafka-server}
   * @param mainClass fully qualified
   */
  public static JavaCommand of(String module, String mainClass) {
    return new JavaCommand(module, mainClass);
  }

  /** The flags that every JVM of the project is started with. */
  public static List<String> flags() {
    return List.of(BUILD.getProperty("flags").strip().split("\\s+"));
  }

  /** What the build says of a part, such as {@code postgres.version}. */
  static String buildProperty(String name) {
    return BUILD.getProperty(name);
  }

  /**
   * The project's root folder: the system property {@code adplatform.home}, else the working
   * directory.
   */
  public static Path home() {
    return Path.of(System.getProperty("adplatform.home", "")).toAbsolutePath().normalize();
  }

  /** The {@code java} this JVM was started with. */
  public static Path java() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  /** Adds options of the JVM, such as {@code -Xmx128m}. */
  public JavaCommand options(String... more) {
    options.addAll(List.of(more));
    return this;
  }

  /** Adds arguments of the program. */
  public JavaCommand arguments(String... more) {
    arguments.addAll(List.of(more));
    return this;
  }

  /** The whole line; throws {@link ServerException} if the module is not built. */
  public List<String> line() {
    List<String> line = new ArrayList<>();
    line.add(java().toString());
    line.addAll(flags());
    line.addAll(options);
    line.add("-cp");
    line.add(classPath(module));
    line.add(mainClass);
    line.addAll(arguments);
    return line;
  }

  /**
   * The class path of a module, its own classes first; throws {@link ServerException} if it is not
   * built.
   */
  public static String classPath(String module) {
    Path target = home().resolve(module).resolve("target");
    Path file = target.resolve("class-path");
    try {
      String rest = Files.readString(file).strip();
      String classes = target.resolve("classes").toString();
      return rest.isEmpty() ? classes : classes + File.pathSeparator + rest;
    } catch (IOException e) {
      throw new ServerException(
          module + " is not built (" + file + " is missing): run ./mvnw -DskipTests package", e);
    }
  }

  private static Properties buildProperties() {
    Properties properties = new Properties();
    try (InputStream in = JavaCommand.class.getResourceAsStream("jvm.properties")) {
      properties.load(in);
      return properties;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
