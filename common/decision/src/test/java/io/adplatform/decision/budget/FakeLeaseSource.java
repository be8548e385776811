package io.adplatform.decision.budget;

import io.adplatform.wire.event.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A lease source in memory: grants from a budget per line item, says what the test tells it. */
final class FakeLeaseSource implements LeaseSource {
  final Map<Long, Long> budgets = new HashMap<>();
  final List<Question> questions = new ArrayList<>();
  final List<Lease> granted = new ArrayList<>();
  final List<Lease> changed = new ArrayList<>();
  final List<Charge> charges = new ArrayList<>();
  long settledThroughMillis;
  long leaseMicros = 1_000_000;
  long bidUntilMillis;
  boolean away;

  /** Whether questions are heard, and their answers lost: they are in a later one. */
  boolean loseAnswers;

  private long nextId = 1_000;

  @Override
  public Answer exchange(Question question) throws IOException {
    if (away) {
      throw new IOException("away");
    }
    questions.add(question);
    List<Lease> leases = new ArrayList<>(changed);
    List<Refusal> refusals = new ArrayList<>();
    for (Want want : question.wants()) {
      long amount = Math.min(leaseMicros, budgets.getOrDefault(want.lineItemId(), 0L));
      if (amount < want.priceMicros()) {
        refusals.add(new Refusal(want.lineItemId(), Reason.BUDGET_EXHAUSTED));
        continue;
      }
      budgets.merge(want.lineItemId(), -amount, Long::sum);
      long lastExpiry = bidUntilMillis + 1_800_000;
      Lease lease =
          new Lease(nextId++, want.lineItemId(), amount, bidUntilMillis, lastExpiry, false);
      leases.add(lease);
      granted.add(lease);
    }
    if (loseAnswers) {
      changed.addAll(leases);
      throw new IOException("lost");
    }
    Answer answer = new Answer(settledThroughMillis, leases, List.copyOf(charges), refusals);
    changed.clear();
    charges.clear();
    return answer;
  }

  Question lastQuestion() {
    return questions.getLast();
  }
}
