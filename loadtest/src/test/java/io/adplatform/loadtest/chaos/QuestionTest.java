package io.adplatform.loadtest.chaos;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;

/** A port that listens, as that of a stopped process does, is no server that answers. */
class QuestionTest {
  @Test
  void shouldTellAServerThatAnswersFromOneThatOnlyListens() throws Exception {
    try (ServerSocket listening = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      assertFalse(Question.REDIS.isAnswered(listening.getLocalPort()));
      Thread serving =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    try {
                      while (true) {
                        try (Socket asked = listening.accept()) {
                          asked.getOutputStream().write('+');
                        }
                      }
                    } catch (IOException e) {
                      // The test is over.
                    }
                  });
      boolean answered = false;
      // Any server may be slow now and then: it is not waited for long.
      for (int i = 0; i < 20 && !answered; i++) {
        answered = Question.REDIS.isAnswered(listening.getLocalPort());
      }
      assertTrue(answered);
      assertTrue(serving.isAlive());
    }
  }
}
