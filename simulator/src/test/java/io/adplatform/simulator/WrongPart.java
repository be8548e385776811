package io.adplatform.simulator;

import io.adplatform.billing.ledger.LedgerStore;
import io.adplatform.simulator.stream.Checkpoints;
import io.adplatform.simulator.stream.Settler;
import io.adplatform.storage.lease.LeaseDialogue;
import io.adplatform.wire.catalogue.CatalogueEntity;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** All parts as they should be but one. */
final class WrongPart {
  private static final Seams RIGHT = Seams.RIGHT;

  private WrongPart() {}

  static Seams billing(UnaryOperator<LeaseDialogue.Carrier> wrong) {
    return new Seams(
        wrong,
        RIGHT.settler(),
        RIGHT.checkpoints(),
        RIGHT.closing(),
        RIGHT.bidSent(),
        RIGHT.registration(),
        RIGHT.ledger(),
        RIGHT.reports(),
        RIGHT.catalogue());
  }

  static Seams settler(Supplier<Settler> wrong) {
    return new Seams(
        RIGHT.billing(),
        wrong,
        RIGHT.checkpoints(),
        RIGHT.closing(),
        RIGHT.bidSent(),
        RIGHT.registration(),
        RIGHT.ledger(),
        RIGHT.reports(),
        RIGHT.catalogue());
  }

  static Seams checkpoints(Supplier<Checkpoints> wrong) {
    return new Seams(
        RIGHT.billing(),
        RIGHT.settler(),
        wrong,
        RIGHT.closing(),
        RIGHT.bidSent(),
        RIGHT.registration(),
        RIGHT.ledger(),
        RIGHT.reports(),
        RIGHT.catalogue());
  }

  static Seams closing(UnaryOperator<LeaseDialogue.Carrier> billing, Seams.Closing wrong) {
    return new Seams(
        billing,
        RIGHT.settler(),
        RIGHT.checkpoints(),
        wrong,
        RIGHT.bidSent(),
        RIGHT.registration(),
        RIGHT.ledger(),
        RIGHT.reports(),
        RIGHT.catalogue());
  }

  static Seams bidSent(Seams.BidSent wrong) {
    return new Seams(
        RIGHT.billing(),
        RIGHT.settler(),
        RIGHT.checkpoints(),
        RIGHT.closing(),
        wrong,
        RIGHT.registration(),
        RIGHT.ledger(),
        RIGHT.reports(),
        RIGHT.catalogue());
  }

  static Seams registration(Seams.Registration wrong) {
    return new Seams(
        RIGHT.billing(),
        RIGHT.settler(),
        RIGHT.checkpoints(),
        RIGHT.closing(),
        RIGHT.bidSent(),
        wrong,
        RIGHT.ledger(),
        RIGHT.reports(),
        RIGHT.catalogue());
  }

  static Seams ledger(UnaryOperator<LedgerStore> wrong) {
    return new Seams(
        RIGHT.billing(),
        RIGHT.settler(),
        RIGHT.checkpoints(),
        RIGHT.closing(),
        RIGHT.bidSent(),
        RIGHT.registration(),
        wrong,
        RIGHT.reports(),
        RIGHT.catalogue());
  }

  static Seams reports(Supplier<Reports.Table> wrong) {
    return new Seams(
        RIGHT.billing(),
        RIGHT.settler(),
        RIGHT.checkpoints(),
        RIGHT.closing(),
        RIGHT.bidSent(),
        RIGHT.registration(),
        RIGHT.ledger(),
        wrong,
        RIGHT.catalogue());
  }

  static Seams catalogue(UnaryOperator<CatalogueEntity> wrong) {
    return new Seams(
        RIGHT.billing(),
        RIGHT.settler(),
        RIGHT.checkpoints(),
        RIGHT.closing(),
        RIGHT.bidSent(),
        RIGHT.registration(),
        RIGHT.ledger(),
        RIGHT.reports(),
        wrong);
  }
}
