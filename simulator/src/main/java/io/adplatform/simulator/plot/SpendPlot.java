package io.adplatform.simulator.plot;

import java.util.List;
import java.util.Locale;
import java.util.function.IntToLongFunction;

/** Draws the spend of a simulation against its plan: one HTML page that needs nothing else. */
public final class SpendPlot {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 240;
  private static final int LEFT = 90;
  private static final int BOTTOM = 24;
  private static final int GRID = 4;
  private static final double MICROS = 1e6;
  private static final long MILLIS_PER_HOUR = 3_600_000;
  private static final long HOURS_PER_DAY = 24;

  private static final String HEAD =
      """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><title>%1$s</title>
      <style>
      body{font:14px sans-serif;margin:24px;color:#222;background:#fff}
      svg{display:block;margin:4px 0 24px}
      text{font:11px sans-serif;fill:#555}
      .grid{stroke:#ddd}.charged{stroke:#1f5fa8;stroke-width:2}.plan{stroke:#777;stroke-dasharray:5 4}
      .bound{stroke:#b33}.charged,.plan,.bound{fill:none}
      b.charged{color:#1f5fa8}b.plan{color:#777}b.bound{color:#b33}
      </style></head><body>
      <h1>%1$s</h1>
      <p><b class="charged">charged</b> and settled, <b class="plan">plan</b> (even over each day),
      <b class="bound">budget</b> in force; US dollars over virtual time</p>
      """;

  private SpendPlot() {}

  /** The page of some campaigns' curves. */
  public static String html(String title, List<SpendCurve> curves) {
    StringBuilder page = new StringBuilder(HEAD.formatted(escaped(title)));
    for (SpendCurve curve : curves) {
      draw(curve, page);
    }
    return page.append("</body></html>\n").toString();
  }

  private static void draw(SpendCurve curve, StringBuilder page) {
    int last = curve.count() - 1;
    long until = Math.max(1, last < 0 ? 1 : curve.millis(last));
    long highest = 1;
    for (int i = 0; i <= last; i++) {
      highest = Math.max(highest, curve.chargedMicros(i));
      highest = Math.max(highest, curve.planMicros(curve.millis(i)));
    }
    line(page, "<h2>%s</h2>", escaped(curve.title()));
    line(page, "<svg width=\"%d\" height=\"%d\" role=\"img\">", WIDTH, HEIGHT);
    grid(until, highest, page);
    Scale scale = new Scale(until, highest);
    path("bound", curve, scale, i -> curve.boundMicros(curve.millis(i)), page);
    path("plan", curve, scale, i -> curve.planMicros(curve.millis(i)), page);
    path("charged", curve, scale, curve::chargedMicros, page);
    line(page, "</svg>");
  }

  private static void grid(long until, long highest, StringBuilder page) {
    for (int i = 0; i <= GRID; i++) {
      int y = (HEIGHT - BOTTOM) * (GRID - i) / GRID;
      line(
          page, "<line class=\"grid\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%2$d\"/>", LEFT, y, WIDTH);
      String amount = String.format(Locale.ROOT, "%,.2f", highest / MICROS * i / GRID);
      line(page, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>", LEFT - 6, y + 12, amount);
      int x = LEFT + (WIDTH - LEFT) * i / GRID;
      String anchor = i == GRID ? "end" : "middle";
      line(
          page,
          "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>",
          x,
          HEIGHT - 6,
          anchor,
          time(until / GRID * i));
    }
  }

  private static void path(
      String kind, SpendCurve curve, Scale scale, IntToLongFunction micros, StringBuilder page) {
    page.append("<polyline class=\"").append(kind).append("\" points=\"");
    for (int i = 0; i < curve.count(); i++) {
      long value = micros.applyAsLong(i);
      if (value >= 0) {
        page.append(scale.x(curve.millis(i))).append(',').append(scale.y(value)).append(' ');
      }
    }
    line(page, "\"/>");
  }

  private static String time(long millis) {
    long hours = millis / MILLIS_PER_HOUR;
    return hours / HOURS_PER_DAY
        + " d "
        + String.format(Locale.ROOT, "%02d:%02d", hours % HOURS_PER_DAY, millis / 60_000 % 60);
  }

  private static void line(StringBuilder page, String format, Object... values) {
    page.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }

  /** From time and money to pixels; what is above the highest is drawn at the upper edge. */
  private record Scale(long until, long highest) {
    int x(long millis) {
      return (int) (LEFT + (WIDTH - LEFT) * (double) millis / until);
    }

    int y(long micros) {
      double share = Math.min(1, (double) micros / highest);
      return (int) ((HEIGHT - BOTTOM) * (1 - share));
    }
  }
}
