package io.adplatform.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The layout of a data folder: {@code NAME/} for each server's data, {@code logs/NAME.log}, {@code
 * run/NAME.pid} and {@code secrets/NAME}. Folders are made as they are asked for, readable by their
 * owner alone.
 *
 * @param root absolute
 */
public record ServerFolders(Path root) {

  public ServerFolders {
    root = root.toAbsolutePath().normalize();
  }

  /** The folder where the server of this name keeps its data. */
  public Path data(String name) {
    return made(root.resolve(name));
  }

  /** The file its output goes to. */
  public Path log(String name) {
    return made(root.resolve("logs")).resolve(name + ".log");
  }

  /** The file that names its running process. */
  public Path pid(String name) {
    return made(root.resolve("run")).resolve(name + ".pid");
  }

  /** The file, of mode 600, that holds its secret; see {@link SecretFile}. */
  public Path secret(String name) {
    return made(root.resolve("secrets")).resolve(name);
  }

  private static Path made(Path folder) {
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot make the folder " + folder + ": " + e.getMessage(), e);
    }
  }
}
