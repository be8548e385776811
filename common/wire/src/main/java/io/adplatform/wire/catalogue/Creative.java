package io.adplatform.wire.catalogue;

import java.util.List;

/**
 * What is shown.
 *
 * @param markup HTML; {@link #CLICK_MACRO} in it becomes the click beacon, {@link #VIEW_MACRO} the
 *     beacon for viewable impressions
 * @param landingPage where a click leads; absolute http or https; {@link #TOKEN_MACRO} in it
 *     becomes the bid's token, which the advertiser's page fires a conversion with
 * @param advertiserDomains never null, not empty
 * @param categories IAB content categories of the ad; never null
 * @param attributes AdCOM creative attributes; never null
 * @param secure whether markup and landing page load nothing over plain http
 */
public record Creative(
    long id,
    long accountId,
    long advertiserId,
    String name,
    Status status,
    Format format,
    int width,
    int height,
    String markup,
    String landingPage,
    List<String> advertiserDomains,
    List<String> categories,
    List<Integer> attributes,
    boolean secure)
    implements CatalogueEntity {
  /** In markup: the address of the click beacon, which leads to the landing page. */
  public static final String CLICK_MACRO = "${CLICK_URL}";

  /** In markup: the address of the beacon that says that the ad was viewable. */
  public static final String VIEW_MACRO = "${VIEW_URL}";

  /** In landing pages: the bid's token. */
  public static final String TOKEN_MACRO = "${TOKEN}";

  @Override
  public CatalogueKind kind() {
    return CatalogueKind.CREATIVE;
  }
}
