package io.adplatform.servers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.stream.Stream;
import org.tukaani.xz.XZInputStream;

/**
 * The native servers, unpacked once from the jars that carry them into a cache folder of the user:
 * {@code $XDG_CACHE_HOME/adplatform} or {@code ~/.cache/adplatform}, one folder per version. Safe
 * against several processes unpacking at once: each unpacks beside and the first to finish moves
 * its folder into place.
 */
public final class ServerBinaries {
  private static final String POSTGRES_ARCHIVE = "/postgres-linux-x86_64.txz";
  private static final String REDIS_BINARY = "/redis-server-6.2.6-v5-linux-amd64";

  private ServerBinaries() {}

  /** The folder for what can be made again at any time; made if missing. */
  public static Path cache() throws IOException {
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path base =
        xdg == null || xdg.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(xdg);
    return Files.createDirectories(base.resolve("adplatform"));
  }

  /** PostgreSQL's home, with {@code bin}, {@code lib} and {@code share}. */
  public static Path postgres() throws IOException {
    return cached(
        "postgres-" + JavaCommand.buildProperty("postgres.version"),
        ServerBinaries::unpackPostgres);
  }

  /** The {@code redis-server} program. */
  public static Path redis() throws IOException {
    return cached(
            "redis-" + JavaCommand.buildProperty("redis.version"), ServerBinaries::unpackRedis)
        .resolve("redis-server");
  }

  /** The cached folder of this name, filled by {@code fill} if it is not there. */
  static Path cached(String name, FolderFiller fill) throws IOException {
    Path wanted = cache().resolve(name);
    if (Files.isDirectory(wanted)) {
      return wanted;
    }
    Path part = Files.createTempDirectory(cache(), name + ".part");
    try {
      fill.fill(part);
      Files.move(part, wanted, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
      delete(part);
    } catch (FileSystemException e) {
      delete(part);
      if (!Files.isDirectory(wanted)) {
        throw e;
      }
    }
    return wanted;
  }

  /** Fills an empty folder. */
  @FunctionalInterface
  interface FolderFiller {
    void fill(Path folder) throws IOException;
  }

  private static void unpackPostgres(Path folder) throws IOException {
    Process tar =
        Spawn.start(
            new ProcessBuilder("tar", "-x", "-C", folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD));
    try (InputStream packed = resource(POSTGRES_ARCHIVE);
        InputStream in = new XZInputStream(packed);
        OutputStream out = tar.getOutputStream()) {
      in.transferTo(out);
    }
    try {
      if (tar.waitFor() != 0) {
        throw new IOException("tar could not unpack PostgreSQL into " + folder);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while unpacking PostgreSQL", e);
    }
  }

  private static void unpackRedis(Path folder) throws IOException {
    Path program = folder.resolve("redis-server");
    try (InputStream in = resource(REDIS_BINARY)) {
      Files.copy(in, program);
    }
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static InputStream resource(String name) throws IOException {
    InputStream in = ServerBinaries.class.getResourceAsStream(name);
    if (in == null) {
      throw new IOException(
          name
              + " is not on the class path: only Linux on x86-64 is carried, give the server's"
              + " address instead");
    }
    return in;
  }

  /** Deletes a folder with all that is in it; what is gone already is no error. */
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
