package io.adplatform.runtime.lane;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Puts the calling thread before others that want the same core, by {@code setpriority(2)}: where
 * lanes share cores with what is behind them, an auction is not to wait until a report is written.
 */
public final class ThreadPriority {
  /** Of the scale from -20 to 19: a thread of it gets ten times the time of a common one. */
  private static final int NICE = -10;

  private static final int PRIO_PROCESS = 0;
  private static final int CALLING_THREAD = 0;

  private ThreadPriority() {}

  /**
   * Raises the calling thread's priority; threads that it starts afterwards inherit it.
   *
   * @return false where the system refuses: Linux asks for CAP_SYS_NICE or a limit of nice
   */
  @SuppressWarnings("restricted") // the call is of this signature in every Linux
  public static boolean raise() {
    Linker linker = Linker.nativeLinker();
    SymbolLookup lookup = linker.defaultLookup();
    Optional<MemorySegment> symbol = lookup.find("setpriority");
    if (symbol.isEmpty()) {
      return false;
    }
    MethodHandle call =
        linker.downcallHandle(
            symbol.get(),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT));
    try {
      return (int) call.invokeExact(PRIO_PROCESS, CALLING_THREAD, NICE) == 0;
    } catch (Throwable e) {
      return false;
    }
  }
}
