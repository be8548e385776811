/**
 * One decision: {@link io.adplatform.decision.choice.Chooser#choose} takes the line items that the
 * index lets through, best price first, checks flight, creative, blocks and floor, draws ties, asks
 * the budget gate, and leaves the winners and the best losers with their reasons in {@link
 * io.adplatform.decision.choice.Candidates}. {@link io.adplatform.decision.choice.Explanation} says
 * of every line item why it fell out, with the same checks.
 *
 * <p>A chooser and its candidates belong to one lane and are reused; nothing is allocated per
 * decision.
 */
package io.adplatform.decision.choice;
