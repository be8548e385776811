package io.adplatform.decision.targeting;

import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.event.Reason;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a query can refuse in a creative, in the form it is compared in. Immutable; any thread;
 * compares without allocation.
 */
public final class CreativeTraits {
  private final int size;
  private final boolean secure;
  private final int[] attributes;
  private final byte[][] categories;
  private final long[] categoryHashes;

  /** By category: itself and those above it. */
  private final byte[][][] ownCategories;

  private final long[][] ownCategoryHashes;
  private final MarkupForm form;
  private final byte[][] domains;
  private final long[] domainHashes;

  /** The traits of a creative. */
  public CreativeTraits(Creative creative) {
    size = AdQuery.packSize(creative.width(), creative.height());
    secure = creative.secure();
    attributes = creative.attributes().stream().mapToInt(Integer::intValue).toArray();
    categories = bytes(withPrefixes(creative.categories()));
    categoryHashes = hashes(categories);
    ownCategories =
        creative.categories().stream()
            .map(category -> bytes(withPrefixes(List.of(category))))
            .toArray(byte[][][]::new);
    ownCategoryHashes =
        Arrays.stream(ownCategories).map(CreativeTraits::hashes).toArray(long[][]::new);
    form = MarkupForm.of(creative.markup());
    domains = bytes(withSuffixes(creative.advertiserDomains()));
    domainHashes = hashes(domains);
  }

  /** Its size, packed as {@link AdQuery#packSize} does. */
  public int size() {
    return size;
  }

  /**
   * What a query refuses in it first: SIZE, BLOCKED_CATEGORY, BLOCKED_ADVERTISER,
   * BLOCKED_ATTRIBUTE, CREATIVE_INSECURE, CATEGORY_NOT_ALLOWED, BLOCKED_TYPE, MIME_NOT_OFFERED; or
   * NONE.
   */
  public Reason refusedBy(AdQuery query) {
    if (!query.offersSize(size)) {
      return Reason.SIZE;
    }
    if (query.blocksCategory(categoryHashes, categories)) {
      return Reason.BLOCKED_CATEGORY;
    }
    if (query.blocksAdvertiser(domainHashes, domains)) {
      return Reason.BLOCKED_ADVERTISER;
    }
    for (int attribute : attributes) {
      if (query.blocksAttribute(attribute)) {
        return Reason.BLOCKED_ATTRIBUTE;
      }
    }
    return query.secureRequired() && !secure
        ? Reason.CREATIVE_INSECURE
        : refusedBy(query.restrictions());
  }

  private Reason refusedBy(AdRestrictions restrictions) {
    if (!restrictions.allowsCategories(ownCategoryHashes, ownCategories)) {
      return Reason.CATEGORY_NOT_ALLOWED;
    }
    if (restrictions.blocksKinds(form.kinds())) {
      return Reason.BLOCKED_TYPE;
    }
    return restrictions.admitsForms(form.contents()) ? Reason.NONE : Reason.MIME_NOT_OFFERED;
  }

  private static Set<String> withPrefixes(List<String> categories) {
    Set<String> all = new LinkedHashSet<>();
    for (String category : categories) {
      for (String rest = category; !rest.isEmpty(); ) {
        all.add(rest);
        rest = rest.substring(0, Math.max(0, rest.lastIndexOf('-')));
      }
    }
    return all;
  }

  private static Set<String> withSuffixes(List<String> domains) {
    Set<String> all = new LinkedHashSet<>();
    for (String domain : domains) {
      String rest = domain;
      while (!rest.isEmpty()) {
        all.add(rest);
        int dot = rest.indexOf('.');
        rest = dot < 0 ? "" : rest.substring(dot + 1);
      }
    }
    return all;
  }

  private static byte[][] bytes(Set<String> texts) {
    return texts.stream().map(TargetingValue::bytes).toArray(byte[][]::new);
  }

  private static long[] hashes(byte[][] texts) {
    long[] hashes = new long[texts.length];
    for (int i = 0; i < texts.length; i++) {
      hashes[i] = TextHash.of(texts[i], 0, texts[i].length);
    }
    return hashes;
  }
}
