/**
 * A Netty channel as straight-line code sees it. Until a session relays, its virtual thread reads
 * and writes through a {@link dev.postern.proxy.channel.BlockingChannel}: reads wait for bytes, all
 * of them against one deadline for the whole login. When the session begins to relay, {@link
 * dev.postern.proxy.channel.BlockingChannel#handOver} gives the channel and the bytes that nobody
 * read to the event loop, once.
 */
@NullMarked
package dev.postern.proxy.channel;

import org.jspecify.annotations.NullMarked;
