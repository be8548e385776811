package io.adplatform.rtb.launch;

import io.adplatform.runtime.config.LaneConfig;
import io.adplatform.runtime.config.NodeConfig;
import io.adplatform.runtime.config.Settings;
import io.adplatform.runtime.node.HotNode;
import io.adplatform.runtime.node.ServiceProcess;

/** rtb-engine as a process of its own. */
public final class RtbEngineMain {
  private RtbEngineMain() {}

  /** Runs until it is told to stop. */
  public static void main(String[] arguments) {
    ServiceProcess.run("rtb-engine", arguments, RtbEngineMain::start);
  }

  private static AutoCloseable start(Settings settings) throws Exception {
    HotNode node = HotNode.start(NodeConfig.of(settings), LaneConfig.of(settings));
    RtbEngine engine = RtbEngine.launch(node, settings);
    node.listen();
    return () -> {
      node.stopListening();
      engine.giveBackLeases();
      node.close();
      engine.close();
    };
  }
}
