package io.adplatform.decision.catalogue;

import io.adplatform.decision.targeting.TargetingCompiler;
import io.adplatform.decision.targeting.TargetingIndex;
import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.partner.PartnerForm;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Demand partners that are asked, by ordinal in the order of their ids, with their targeting over
 * these ordinals in the same kind of index as that of line items. A partner whose targeting or
 * currency cannot be read is asked nothing. Immutable; any thread.
 */
public final class DemandPartnerIndex {
  private final DemandPartner[] partners;
  private final PartnerForm[] forms;
  private final int[] formats;
  private final TargetingIndex targeting;

  private DemandPartnerIndex(List<DemandPartner> readable) {
    int count = readable.size();
    partners = readable.toArray(new DemandPartner[0]);
    forms = new PartnerForm[count];
    formats = new int[count];
    TargetingCompiler compiler = new TargetingCompiler(count);
    for (int ordinal = 0; ordinal < count; ordinal++) {
      forms[ordinal] = PartnerForm.of(partners[ordinal]);
      for (Format format : partners[ordinal].sent().formats()) {
        formats[ordinal] |= 1 << format.code();
      }
      compiler.add(partners[ordinal].sent().targeting());
    }
    targeting = compiler.compileTargeting();
  }

  /** The index of active partners. */
  static DemandPartnerIndex of(Collection<DemandPartner> active) {
    return new DemandPartnerIndex(
        active.stream()
            .filter(partner -> TargetingCompiler.isReadable(partner.sent().targeting()))
            .filter(
                partner -> CurrencyCode.numeric(partner.terms().currency()) != CurrencyCode.UNKNOWN)
            .sorted(Comparator.comparingLong(DemandPartner::id))
            .toList());
  }

  /** How many there are. */
  public int count() {
    return partners.length;
  }

  /** The partner with an ordinal. */
  public DemandPartner partner(int ordinal) {
    return partners[ordinal];
  }

  /** How its requests are written. */
  public PartnerForm form(int ordinal) {
    return forms[ordinal];
  }

  /** The formats that it is asked about: bit {@code i} is the one with code {@code i}. */
  public int formats(int ordinal) {
    return formats[ordinal];
  }

  /** Which requests each is asked about. */
  public TargetingIndex targeting() {
    return targeting;
  }
}
