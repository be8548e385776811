package io.adplatform.loadtest.http;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A run of Debian's {@code wrk}: closed loop, as fast as the server answers.
 *
 * @param requests answered
 * @param errors answers that were no 200 (a 204 too), and sockets that failed
 * @param seconds the run took
 */
record Wrk(long requests, long errors, double seconds) {
  private static final Pattern LINE =
      Pattern.compile("done requests=(\\d+) errors=(\\d+) micros=(\\d+)");
  private static final int CONNECTIONS = 64;

  /**
   * Sends what a script makes of its input.
   *
   * @param input {@code post.lua} takes a folder of bodies, {@code get.lua} a file of paths
   */
  static Wrk run(String address, Path script, Path input, int seconds)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                List.of(
                    "wrk",
                    "-t1",
                    "-c" + CONNECTIONS,
                    "-d" + seconds + "s",
                    "-s",
                    script.toString(),
                    address,
                    "--",
                    input.toString()))
            .redirectErrorStream(true)
            .start();
    String printed = new String(process.getInputStream().readAllBytes());
    process.waitFor();
    Matcher found = LINE.matcher(printed);
    if (!found.find()) {
      throw new IllegalStateException("wrk printed:\n" + printed);
    }
    return new Wrk(
        Long.parseLong(found.group(1)),
        Long.parseLong(found.group(2)),
        Long.parseLong(found.group(3)) / 1e6);
  }

  double perSecond() {
    return requests / seconds;
  }
}
