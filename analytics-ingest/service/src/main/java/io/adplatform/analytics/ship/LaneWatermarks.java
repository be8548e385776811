package io.adplatform.analytics.ship;

import java.util.List;

/** Asks the lanes how far they are. Called by the shipper's thread alone; never blocks. */
public interface LaneWatermarks {
  /** Asks every lane anew; what an earlier question brought is forgotten. */
  void request();

  /** The answers of all lanes to the last question; null until the last of them is there. */
  List<LaneWatermark> answers();
}
