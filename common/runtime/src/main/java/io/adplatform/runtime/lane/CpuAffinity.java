package io.adplatform.runtime.lane;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** Pins the calling thread to a core, by {@code sched_setaffinity(2)}. */
final class CpuAffinity {
  /** The kernel's cpu_set_t: 1024 bits. */
  private static final int SET_BYTES = 128;

  private static final int CALLING_THREAD = 0;

  private CpuAffinity() {}

  /**
   * Pins the calling thread.
   *
   * @return false where the system has no such call or refuses the core
   */
  @SuppressWarnings("restricted") // the call is of this signature in every Linux
  static boolean pin(int core) {
    Linker linker = Linker.nativeLinker();
    SymbolLookup lookup = linker.defaultLookup();
    Optional<MemorySegment> symbol = lookup.find("sched_setaffinity");
    if (symbol.isEmpty() || core < 0 || core >= SET_BYTES * Byte.SIZE) {
      return false;
    }
    MethodHandle call =
        linker.downcallHandle(
            symbol.get(),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment set = arena.allocate(SET_BYTES);
      int at = core / Byte.SIZE;
      set.set(ValueLayout.JAVA_BYTE, at, (byte) (1 << (core % Byte.SIZE)));
      return (int) call.invokeExact(CALLING_THREAD, (long) SET_BYTES, set) == 0;
    } catch (Throwable e) {
      return false;
    }
  }
}
