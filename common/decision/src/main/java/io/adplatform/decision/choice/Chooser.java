package io.adplatform.decision.choice;

import io.adplatform.decision.budget.BudgetGate;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.targeting.AdQuery;

/**
 * Decides which line items bid. Owned by one lane, which uses it for one decision after the other.
 */
public final class Chooser {
  /**
   * Finds the best line items for a query and reserves what they may cost.
   *
   * <p>Ties are drawn from the auction id: the same snapshot, query, gate and id give the same
   * answer.
   *
   * @param gate null reserves nothing and lets everything pass: for explaining
   * @param nowMillis since 1970
   * @param out overwritten
   * @return how many won, 0 to {@link AdQuery#maxBids()}
   */
  public int choose(
      CatalogueSnapshot snapshot,
      AdQuery query,
      BudgetGate gate,
      long nowMillis,
      long auctionHi,
      long auctionLo,
      Candidates out) {
    return 0;
  }

  /** Gives back what a winner reserved, because its bid was not sent after all. */
  public void cancel(Candidates candidates, int candidate, BudgetGate gate) {}
}
