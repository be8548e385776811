package io.adplatform.decision.targeting;

import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.nativead.NativeFit;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a query can refuse in a creative, in the form it is compared in. Immutable; any thread;
 * compares without allocation.
 */
public final class CreativeTraits {
  /** Attributes are bits: OpenRTB lists 17 (2.5, 5.3). */
  private static final int MAX_ATTRIBUTE = Long.SIZE - 1;

  private final Format format;
  private final int size;
  private final boolean secure;
  private final long attributes;

  /** Of a banner; else null. */
  private final MarkupForm form;

  /** Of a video; else null. */
  private final VideoTraits video;

  /** Of native; else null. */
  private final NativeFit nativeAd;

  /** Categories with those above them, then domains with those above them. */
  private final byte[][] blockable;

  private final long[] blockableHashes;

  /** Where in {@link #blockable} the domains begin. */
  private final int categoryCount;

  /** By category: the hashes of itself and of those above it. */
  private final long[][] ownCategoryHashes;

  /** By domain: the hashes of itself and of those above it. */
  private final long[][] ownDomainHashes;

  /** The traits of a creative. */
  public CreativeTraits(Creative creative) {
    format = creative.format();
    size = term(creative);
    secure = creative.secure();
    attributes =
        creative.attributes().stream()
            .mapToLong(CreativeTraits::attribute)
            .reduce(0, (a, b) -> a | b);
    form = format == Format.BANNER ? MarkupForm.of(creative.markup()) : null;
    video = format == Format.VIDEO ? new VideoTraits(creative.video()) : null;
    nativeAd = format == Format.NATIVE ? new NativeFit(creative.nativeAd()) : null;
    byte[][] categories = bytes(withPrefixes(creative.categories()));
    byte[][] domains = bytes(withSuffixes(creative.advertiserDomains()));
    categoryCount = categories.length;
    blockable = Arrays.copyOf(categories, categories.length + domains.length);
    System.arraycopy(domains, 0, blockable, categoryCount, domains.length);
    blockableHashes = hashes(blockable);
    ownCategoryHashes =
        creative.categories().stream()
            .map(category -> hashes(bytes(withPrefixes(List.of(category)))))
            .toArray(long[][]::new);
    ownDomainHashes =
        creative.advertiserDomains().stream()
            .map(domain -> hashes(bytes(withSuffixes(List.of(domain)))))
            .toArray(long[][]::new);
  }

  private static int term(Creative creative) {
    return switch (creative.format()) {
      case BANNER -> AdQuery.packSize(creative.width(), creative.height());
      case VIDEO -> AdFormats.VIDEO_TERM;
      case NATIVE -> AdFormats.NATIVE_TERM;
    };
  }

  /** The bit of a creative attribute; 0 of one that no creative of ours can have. */
  static long attribute(int attribute) {
    return attribute >= 0 && attribute <= MAX_ATTRIBUTE ? 1L << attribute : 0;
  }

  /** What it is found by: a banner's size, or {@link AdFormats#VIDEO_TERM} and its like. */
  public int size() {
    return size;
  }

  /** What kind of ad it is. */
  public Format format() {
    return format;
  }

  /**
   * What a query refuses in it first: FORMAT_NOT_OFFERED, SIZE, BLOCKED_CATEGORY,
   * BLOCKED_ADVERTISER, BLOCKED_ATTRIBUTE, CREATIVE_INSECURE, CATEGORY_NOT_ALLOWED, then what
   * stands against its format: BLOCKED_TYPE, MIME_NOT_OFFERED, VIDEO_LINEARITY, VIDEO_DURATION,
   * VIDEO_PROTOCOL, VIDEO_PLAYER, NATIVE_ASSET; or NONE.
   */
  public Reason refusedBy(AdQuery query) {
    AdFormats formats = query.formats();
    if (!formats.offersTerm(size)) {
      return formats.offers(format) ? Reason.SIZE : Reason.FORMAT_NOT_OFFERED;
    }
    if (!query.blockedTexts().isEmpty()) {
      Reason blocked = blockedBy(query.blockedTexts());
      if (blocked != Reason.NONE) {
        return blocked;
      }
    }
    if ((attributes & formats.blockedAttributes(format)) != 0) {
      return Reason.BLOCKED_ATTRIBUTE;
    }
    if (query.secureRequired() && !secure) {
      return Reason.CREATIVE_INSECURE;
    }
    return refusedBy(query, query.restrictions());
  }

  /** By domain of its advertiser: {@link TextHash} of itself and of those above it. */
  long[][] ownDomainHashes() {
    return ownDomainHashes;
  }

  /** Shows what of it may be blocked. */
  void forEachBlockable(BlockableTexts.Listener listener) {
    for (int i = 0; i < blockable.length; i++) {
      listener.onText(list(i), blockable[i]);
    }
  }

  private Reason blockedBy(TextSet blocked) {
    for (int i = 0; i < blockableHashes.length; i++) {
      if (blocked.contains(list(i), blockableHashes[i])) {
        return i < categoryCount ? Reason.BLOCKED_CATEGORY : Reason.BLOCKED_ADVERTISER;
      }
    }
    return Reason.NONE;
  }

  private int list(int i) {
    return i < categoryCount ? AdQuery.CATEGORIES : AdQuery.ADVERTISERS;
  }

  private Reason refusedBy(AdQuery query, AdRestrictions restrictions) {
    if (!restrictions.allowsCategories(ownCategoryHashes)) {
      return Reason.CATEGORY_NOT_ALLOWED;
    }
    if (video != null) {
      return video.refusedBy(query.formats().video());
    }
    if (nativeAd != null) {
      return nativeAd.satisfies(query.formats().nativeTerms()) ? Reason.NONE : Reason.NATIVE_ASSET;
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
