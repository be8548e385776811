package io.adplatform.runtime.config;

import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a process was told, by key. A key is written {@code data-port}; it may be given as the flag
 * {@code --data-port 8080} or {@code --data-port=8080}, as the environment variable {@code
 * ADPLATFORM_DATA_PORT}, or as the line {@code data-port=8080} of the properties file that the key
 * {@code config} names. The flag wins over the environment, the environment over the file. A flag
 * without a value ({@code --split}) is {@code true}.
 *
 * <p>Every getter throws {@link SettingsException} with one line that names the key, the value and
 * what is allowed. Not thread-safe; read at start.
 */
public final class Settings {
  /** What the environment variables of the project begin with. */
  public static final String ENVIRONMENT_PREFIX = "ADPLATFORM_";

  private static final String CONFIG_KEY = "config";

  /** A secret longer than this is a wrong file, not a secret. */
  private static final long MAX_SECRET_BYTES = 64 * 1024;

  private final Map<String, String> values;
  private final Set<String> flags;
  private final Set<String> asked = new TreeSet<>();

  private Settings(Map<String, String> values, Set<String> flags) {
    this.values = values;
    this.flags = flags;
  }

  /**
   * Settings from flags, the environment and the file they name.
   *
   * @param args the process's arguments; all of them must be flags
   * @param environment usually {@code System.getenv()}
   */
  public static Settings of(String[] args, Map<String, String> environment) {
    Map<String, String> fromFlags = readFlags(args);
    Map<String, String> all = new HashMap<>();
    environment.forEach(
        (name, value) -> {
          if (name.startsWith(ENVIRONMENT_PREFIX)) {
            String key = name.substring(ENVIRONMENT_PREFIX.length());
            all.put(key.toLowerCase(Locale.ROOT).replace('_', '-'), value);
          }
        });
    all.putAll(fromFlags);
    String file = all.get(CONFIG_KEY);
    if (file != null) {
      readFile(Path.of(file)).forEach(all::putIfAbsent);
    }
    Settings settings = new Settings(all, new TreeSet<>(fromFlags.keySet()));
    settings.asked.add(CONFIG_KEY);
    return settings;
  }

  /**
   * Settings from a map alone, for tests and for a launcher that starts services in its own JVM.
   */
  public static Settings of(Map<String, String> values) {
    return new Settings(new HashMap<>(values), Set.of());
  }

  private static Map<String, String> readFlags(String[] args) {
    Map<String, String> read = new HashMap<>();
    for (int i = 0; i < args.length; i++) {
      String arg = args[i];
      if (!arg.startsWith("--") || arg.length() == 2) {
        throw new SettingsException(
            "'" + arg + "' is not a flag: flags are --key value or --key=value");
      }
      int equals = arg.indexOf('=');
      if (equals > 0) {
        read.put(arg.substring(2, equals), arg.substring(equals + 1));
      } else if (i + 1 < args.length && !args[i + 1].startsWith("--")) {
        read.put(arg.substring(2), args[++i]);
      } else {
        read.put(arg.substring(2), "true");
      }
    }
    return read;
  }

  private static Map<String, String> readFile(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw new SettingsException(
          "config: '" + file + "' cannot be read as a properties file: " + e.getMessage());
    }
    Map<String, String> read = new HashMap<>();
    properties.forEach((key, value) -> read.put((String) key, (String) value));
    return read;
  }

  /** These settings with one more, which wins over what was there. */
  public Settings with(String key, String value) {
    Map<String, String> more = new HashMap<>(values);
    more.put(key, value);
    return new Settings(more, flags);
  }

  /** Whether the key was given. */
  public boolean has(String key) {
    return find(key) != null;
  }

  /** A text, or the fallback (which may be null). */
  public String text(String key, String fallback) {
    String value = find(key);
    return value == null ? fallback : value;
  }

  /** A text that must be there and not be blank. */
  public String requiredText(String key) {
    String value = find(key);
    if (value == null) {
      throw new SettingsException(
          key + ": is missing; give --" + key + " or " + environmentName(key));
    }
    if (value.isBlank()) {
      throw wrong(key, value, "a text that is not blank");
    }
    return value;
  }

  /** A whole number between {@code min} and {@code max}, both allowed, or the fallback. */
  public int integer(String key, int fallback, int min, int max) {
    return (int) longInteger(key, fallback, min, max);
  }

  /** A whole number between {@code min} and {@code max}, both allowed, or the fallback. */
  public long longInteger(String key, long fallback, long min, long max) {
    String value = find(key);
    if (value == null) {
      return fallback;
    }
    try {
      long number = Long.parseLong(value.trim());
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw wrong(key, value, "a whole number from " + min + " to " + max);
    }
    throw wrong(key, value, "a whole number from " + min + " to " + max);
  }

  /** {@code true} or {@code false}, or the fallback. */
  public boolean flag(String key, boolean fallback) {
    String value = find(key);
    if (value == null) {
      return fallback;
    }
    return switch (value.trim().toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw wrong(key, value, "true or false");
    };
  }

  /** One of an enum's names, in any case, or the fallback (which may be null). */
  public <E extends Enum<E>> E choice(String key, E fallback, Class<E> type) {
    String value = find(key);
    if (value == null) {
      return fallback;
    }
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(value.trim())) {
        return constant;
      }
    }
    throw wrong(key, value, "one of " + Arrays.toString(type.getEnumConstants()));
  }

  /** A path, or the fallback (which may be null). */
  public Path path(String key, Path fallback) {
    String value = find(key);
    return value == null ? fallback : Path.of(value);
  }

  /** An absolute http or https address without a trailing slash, or the fallback. */
  public URI url(String key, URI fallback) {
    String value = find(key);
    if (value == null) {
      return fallback;
    }
    try {
      URI uri = new URI(value.endsWith("/") ? value.substring(0, value.length() - 1) : value);
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (http && uri.getHost() != null && uri.getRawQuery() == null && uri.getFragment() == null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      throw wrong(key, value, "an address like http://host:8080");
    }
    throw wrong(key, value, "an address like http://host:8080");
  }

  /**
   * Whole numbers separated by commas, each between {@code min} and {@code max}; empty if absent.
   */
  public List<Integer> integers(String key, int min, int max) {
    String value = find(key);
    List<Integer> numbers = new ArrayList<>();
    if (value == null || value.isBlank()) {
      return numbers;
    }
    for (String part : value.split(",")) {
      try {
        int number = Integer.parseInt(part.trim());
        if (number < min || number > max) {
          throw wrong(key, value, "numbers from " + min + " to " + max + " between commas");
        }
        numbers.add(number);
      } catch (NumberFormatException e) {
        throw wrong(key, value, "numbers from " + min + " to " + max + " between commas");
      }
    }
    return numbers;
  }

  /**
   * The content of the file that a key names, without white space around it. The file must be
   * readable by its owner alone (mode 600 or 400). The error names the file, never its content.
   *
   * @return the secret, or null if the key was not given
   */
  public String secret(String key) {
    String value = find(key);
    return value == null ? null : readSecret(key, Path.of(value));
  }

  /** Reads a secret from a mode-600 file; {@code key} is what the error names. */
  public static String readSecret(String key, Path file) {
    try {
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
      Set<PosixFilePermission> owner =
          EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
      if (!owner.containsAll(mode)) {
        throw new SettingsException(
            key + ": '" + file + "' can be read by others; allowed is mode 600 (chmod 600)");
      }
      if (Files.size(file) > MAX_SECRET_BYTES) {
        throw new SettingsException(
            key + ": '" + file + "' is larger than " + MAX_SECRET_BYTES + " bytes");
      }
      return Files.readString(file, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new SettingsException(
          key + ": '" + file + "' cannot be read: " + e.getClass().getSimpleName());
    }
  }

  /**
   * Refuses flags that nobody asked for, so that a misspelt one is not taken and ignored. To be
   * called when all settings have been read. (The environment and the file may hold keys of other
   * services.)
   */
  public void refuseUnknownFlags() {
    for (String flag : flags) {
      if (!asked.contains(flag)) {
        throw new SettingsException("--" + flag + ": no such flag; there are " + asked);
      }
    }
  }

  /** The error of a value that is not allowed, for checks beyond those here. */
  public static SettingsException wrong(String key, String value, String allowed) {
    return new SettingsException(key + ": '" + value + "' is not allowed; it must be " + allowed);
  }

  private static String environmentName(String key) {
    return ENVIRONMENT_PREFIX + key.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  private String find(String key) {
    asked.add(key);
    return values.get(key);
  }
}
