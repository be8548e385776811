package io.adplatform.simulator;

import io.adplatform.billing.pacing.PacingStore;
import io.adplatform.decision.catalogue.CatalogueCompiler;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.catalogue.CreativeCompiler;
import io.adplatform.simulator.fault.FaultKind;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.LineItem.Participation;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What campaign-service does: what people change goes to billing-service and to the nodes, what
 * pacing decides goes to the nodes. Each hears of it when it can be reached. All lanes have a new
 * snapshot in the same step.
 */
final class SimulatedCatalogue {
  private static final long ASK_MILLIS = 1_000;
  private static final int LIMIT = 1_000;

  private final World world;
  private final CatalogueCompiler compiler = new CatalogueCompiler(CreativeCompiler.NONE);
  private final Deque<CatalogueEntity> toBilling = new ArrayDeque<>();
  private final Deque<CatalogueEntity> toNodes = new ArrayDeque<>();
  private CatalogueSnapshot snapshot;
  private long version;
  private long participations;

  /** All of the demand is everywhere when it begins. */
  SimulatedCatalogue(World world) {
    this.world = world;
    world.demand.entities.forEach(
        entity -> {
          world.billing.put(entity);
          apply(entity);
        });
    compile();
  }

  /** What the lanes choose from. */
  CatalogueSnapshot snapshot() {
    return snapshot;
  }

  /** Moves documents on. */
  void step() {
    for (LineItem changed : world.demand.pauses.due(world.millis())) {
      toBilling.add(changed);
      toNodes.add(changed);
    }
    if (!world.faults.is(FaultKind.BILLING_STALLS)) {
      for (; !toBilling.isEmpty(); toBilling.remove()) {
        world.billing.put(toBilling.element());
      }
      if (world.millis() % ASK_MILLIS == 0) {
        askForParticipations();
      }
    }
    if (toNodes.isEmpty()) {
      return;
    }
    if (world.faults.is(FaultKind.CATALOGUE_LATE)) {
      world.faults.struck(FaultKind.CATALOGUE_LATE);
      return;
    }
    for (; !toNodes.isEmpty(); toNodes.remove()) {
      apply(toNodes.element());
      if (toNodes.element() instanceof LineItem lineItem) {
        world.auditor.delivered(lineItem);
      }
    }
    compile();
  }

  /** To name a revision says that the documents up to it are published. */
  private void askForParticipations() {
    PacingStore pacing = world.billing.pacing();
    try {
      pacing.published(participations, world.nowMillis());
      List<PacingStore.Changed> changed = pacing.changedAfter(participations, LIMIT);
      for (PacingStore.Changed one : changed) {
        if (one.participation() != null) {
          toNodes.add(new Participation(one.lineItemId(), 1, one.participation()));
        }
        participations = one.revision();
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void apply(CatalogueEntity entity) {
    CatalogueEntity heard = world.seams.catalogue().apply(entity);
    compiler.apply(CatalogueKey.of(heard), heard, ++version);
  }

  private void compile() {
    snapshot = compiler.compile(world.nowMillis());
  }
}
