package io.adplatform.runtime.lane;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.net.ClientOptionsBase;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.spi.transport.Transport;
import java.net.SocketAddress;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;

/** Vert.x's native transport, save that its event loops are the lanes'. */
final class LaneTransport implements Transport, io.vertx.core.transport.Transport {
  private final io.vertx.core.transport.Transport transport;
  private final Transport implementation;
  private final Function<ThreadFactory, EventLoopGroup> lanes;

  /**
   * A transport.
   *
   * @param transport whose sockets are used
   * @param lanes called once with the factory of Vert.x threads; gives the group of the lanes'
   *     loops
   */
  LaneTransport(
      io.vertx.core.transport.Transport transport, Function<ThreadFactory, EventLoopGroup> lanes) {
    this.transport = transport;
    this.implementation = transport.implementation();
    this.lanes = lanes;
  }

  /** Native epoll where there is one, NIO elsewhere. */
  static io.vertx.core.transport.Transport best() {
    io.vertx.core.transport.Transport epoll = io.vertx.core.transport.Transport.EPOLL;
    return epoll != null && epoll.available() ? epoll : io.vertx.core.transport.Transport.NIO;
  }

  @Override
  public String name() {
    return transport.name();
  }

  @Override
  public boolean available() {
    return transport.available();
  }

  @Override
  public Transport implementation() {
    return this;
  }

  @Override
  public EventLoopGroup eventLoopGroup(
      int type, int threads, ThreadFactory threadFactory, int ioRatio) {
    return type == IO_EVENT_LOOP_GROUP
        ? lanes.apply(threadFactory)
        : implementation.eventLoopGroup(type, threads, threadFactory, ioRatio);
  }

  @Override
  public IoHandlerFactory ioHandlerFactory() {
    return implementation.ioHandlerFactory();
  }

  @Override
  public boolean supportsDomainSockets() {
    return implementation.supportsDomainSockets();
  }

  @Override
  public boolean supportFileRegion() {
    return implementation.supportFileRegion();
  }

  @Override
  public boolean isAvailable() {
    return implementation.isAvailable();
  }

  @Override
  public Throwable unavailabilityCause() {
    return implementation.unavailabilityCause();
  }

  @Override
  public SocketAddress convert(io.vertx.core.net.SocketAddress address) {
    return implementation.convert(address);
  }

  @Override
  public io.vertx.core.net.SocketAddress convert(SocketAddress address) {
    return implementation.convert(address);
  }

  @Override
  public DatagramChannel datagramChannel() {
    return implementation.datagramChannel();
  }

  @Override
  @SuppressWarnings("deprecation") // the transport's interface still has it
  public DatagramChannel datagramChannel(io.netty.channel.socket.InternetProtocolFamily family) {
    return implementation.datagramChannel(family);
  }

  @Override
  public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
    return implementation.channelFactory(domainSocket);
  }

  @Override
  public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
    return implementation.serverChannelFactory(domainSocket);
  }

  @Override
  public void configure(DatagramChannel channel, DatagramSocketOptions options) {
    implementation.configure(channel, options);
  }

  @Override
  public void configure(
      ClientOptionsBase options,
      int connectTimeout,
      boolean domainSocket,
      io.netty.bootstrap.Bootstrap bootstrap) {
    implementation.configure(options, connectTimeout, domainSocket, bootstrap);
  }

  @Override
  public void configure(
      NetServerOptions options,
      boolean domainSocket,
      io.netty.bootstrap.ServerBootstrap bootstrap) {
    implementation.configure(options, domainSocket, bootstrap);
  }
}
