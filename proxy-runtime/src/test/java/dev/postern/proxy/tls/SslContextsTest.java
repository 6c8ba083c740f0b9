package dev.postern.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.postern.proxy.LeakWatch;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Contexts of BoringSSL, whose memory nobody collects. */
final class SslContextsTest {
  @RegisterExtension static final LeakWatch leaks = new LeakWatch();

  private final TestAuthority.Issued issued = new TestAuthority("ca").issue("localhost");
  private final Identity identity =
      new Identity(List.of(issued.certificate()), issued.keys().getPrivate());

  @Test
  void firstHandshakesThatMeetLeaveNoKeyBehind() throws Exception {
    assumeTrue(OpenSsl.isAvailable(), "BoringSSL does not load");
    HesitatingKeys keys = new HesitatingKeys(new IdentityKeyManager(identity));
    SslContext server =
        SslContexts.server(
            TlsProvider.BORINGSSL, keys, ClientAuth.NONE, new NobodyTrusted(), false);
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<?> slow = threads.submit(() -> shakeHands(server));
      assertThat(keys.asked.await(20, TimeUnit.SECONDS)).isTrue();
      shakeHands(server);
      keys.goOn.countDown();
      slow.get(20, TimeUnit.SECONDS);
    } finally {
      ReferenceCountUtil.release(server);
    }
    assertThat(leaks.reports()).isEmpty();
  }

  @Test
  void readsTheKeyOnceForManyHandshakes() throws Exception {
    assumeTrue(OpenSsl.isAvailable(), "BoringSSL does not load");
    CountingKey key = new CountingKey(issued.keys().getPrivate());
    SslContext server =
        SslContexts.server(
            TlsProvider.BORINGSSL,
            new IdentityKeyManager(new Identity(identity.chain(), key)),
            ClientAuth.NONE,
            new NobodyTrusted(),
            false);
    try {
      for (int i = 0; i < 3; i++) {
        shakeHands(server);
      }
    } finally {
      ReferenceCountUtil.release(server);
    }
    assertThat(key.read).hasValue(1);
  }

  private static @Nullable Void shakeHands(SslContext context) throws Exception {
    SslContext trusting =
        SslContextBuilder.forClient()
            .sslProvider(SslProvider.JDK)
            .trustManager(InsecureTrustManagerFactory.INSTANCE)
            .build();
    SslHandler tls = context.newHandler(ByteBufAllocator.DEFAULT);
    EmbeddedChannel server = new EmbeddedChannel(tls);
    EmbeddedChannel client = new EmbeddedChannel(trusting.newHandler(ByteBufAllocator.DEFAULT));
    while (pass(client, server) || pass(server, client)) {
      // until neither has anything to say
    }
    assertThat(tls.handshakeFuture().isSuccess()).isTrue();
    client.finishAndReleaseAll();
    server.finishAndReleaseAll();
    return null;
  }

  private static boolean pass(EmbeddedChannel from, EmbeddedChannel to) {
    Object sent = from.readOutbound();
    if (sent == null) {
      return false;
    }
    to.writeInbound(sent);
    return true;
  }

  private static final class CountingKey implements PrivateKey {
    private static final long serialVersionUID = 1;

    private final transient PrivateKey key;
    private final AtomicInteger read = new AtomicInteger();

    CountingKey(PrivateKey key) {
      this.key = key;
    }

    @Override
    public String getAlgorithm() {
      return key.getAlgorithm();
    }

    @Override
    public String getFormat() {
      return key.getFormat();
    }

    @Override
    public byte[] getEncoded() {
      read.incrementAndGet();
      return key.getEncoded();
    }
  }

  /** The first handshake that wants the certificate gets it when it is told to go on. */
  private static final class HesitatingKeys extends X509ExtendedKeyManager {
    private final X509ExtendedKeyManager keys;
    private final AtomicBoolean first = new AtomicBoolean(true);
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    HesitatingKeys(X509ExtendedKeyManager keys) {
      this.keys = keys;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
      if (first.getAndSet(false)) {
        asked.countDown();
        try {
          assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      return keys.getCertificateChain(alias);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
      return keys.getPrivateKey(alias);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
        String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
      return keys.chooseEngineServerAlias(keyType, issuers, engine);
    }

    @Override
    public @Nullable String chooseServerAlias(
        String keyType, Principal @Nullable [] issuers, Socket socket) {
      return keys.chooseServerAlias(keyType, issuers, socket);
    }

    @Override
    public @Nullable String chooseClientAlias(
        String[] keyTypes, Principal @Nullable [] issuers, Socket socket) {
      return keys.chooseClientAlias(keyTypes, issuers, socket);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
      return keys.getServerAliases(keyType, issuers);
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
      return keys.getClientAliases(keyType, issuers);
    }
  }
}
