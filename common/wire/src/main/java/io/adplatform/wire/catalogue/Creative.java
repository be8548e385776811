package io.adplatform.wire.catalogue;

import java.util.List;

/**
 * What is shown.
 *
 * @param width of a banner, or of a video's first file, in pixels; 0 of native
 * @param height see the width
 * @param markup HTML of a banner, the VAST document of a video, empty of native; {@link
 *     #CLICK_MACRO} in it becomes the click beacon, {@link #VIEW_MACRO} the beacon for viewable
 *     impressions
 * @param landingPage where a click leads; absolute http or https; {@link #TOKEN_MACRO} in it
 *     becomes the bid's token, which the advertiser's page fires a conversion with
 * @param advertiserDomains never null, not empty
 * @param categories IAB content categories of the ad; never null
 * @param attributes AdCOM creative attributes; never null
 * @param secure whether markup and landing page load nothing over plain http
 * @param video of a video; else null
 * @param nativeAd of native; else null
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
    boolean secure,
    Video video,
    NativeAd nativeAd)
    implements CatalogueEntity {
  /** In markup: the address of the click beacon, which leads to the landing page. */
  public static final String CLICK_MACRO = "${CLICK_URL}";

  /** In markup: the address of the beacon that says that the ad was viewable. */
  public static final String VIEW_MACRO = "${VIEW_URL}";

  /** In landing pages: the bid's token. */
  public static final String TOKEN_MACRO = "${TOKEN}";

  /** A banner. */
  public Creative(
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
      boolean secure) {
    this(
        id,
        accountId,
        advertiserId,
        name,
        status,
        format,
        width,
        height,
        markup,
        landingPage,
        advertiserDomains,
        categories,
        attributes,
        secure,
        null,
        null);
  }

  /**
   * What players choose a video by. Codes are AdCOM's.
   *
   * @param durationSeconds positive; parts of a second count as one
   * @param protocol of its document, inline or wrapper
   * @param vastUrl where a wrapper that was made here leads; null where the document was brought
   * @param media never null, not empty; of a wrapper what it was said to lead to
   */
  public record Video(int durationSeconds, int protocol, String vastUrl, List<Media> media) {}

  /**
   * A file of a video.
   *
   * @param mime one of {@link io.adplatform.wire.video.MediaType}
   * @param width 0 where not known
   * @param bitrateKbps 0 where not known
   * @param delivery 1 streaming, 2 progressive, 0 not known
   * @param api framework that it needs, 0 for none
   */
  public record Media(String mime, int width, int height, int bitrateKbps, int delivery, int api) {}

  /**
   * What native ads are put together from (Native Ads 1.2).
   *
   * @param title null where there is none
   * @param images never null
   * @param data never null
   */
  public record NativeAd(String title, List<Image> images, List<Data> data) {}

  /**
   * An image.
   *
   * @param type 1 icon, 3 main (Native Ads 1.2, 7.5)
   * @param mime one of {@link io.adplatform.wire.video.MediaType}, or null
   */
  public record Image(int type, String url, int width, int height, String mime) {}

  /**
   * A text.
   *
   * @param type 1 sponsored by, 2 description, … 12 call to action (Native Ads 1.2, 7.4)
   */
  public record Data(int type, String value) {}

  @Override
  public CatalogueKind kind() {
    return CatalogueKind.CREATIVE;
  }
}
