package dev.postern.it;

import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.Skip;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * libpq 18 of the embedded binaries, called in this process. It speaks OAUTHBEARER, but comes
 * without libpq-oauth, which would get a token of an issuer; so the token comes out of this
 * process, by the hook that libpq has for that (PostgreSQL documentation, "OAuth Support",
 * PQsetAuthDataHook). Used by one thread.
 */
@SuppressWarnings("restricted") // calls native code
final class Libpq {
  private static final int VERSION = 18;

  /** PGauthData: PQAUTHDATA_OAUTH_BEARER_TOKEN. */
  private static final int BEARER_TOKEN = 1;

  /** PGoauthBearerRequest: where its members are. */
  private static final long DISCOVERY_ADDRESS = 0;

  private static final long SCOPE = 8;
  private static final long TOKEN = 32;
  private static final long REQUEST_LENGTH = 48;

  private static final int CONNECTION_OK = 0;

  private final Linker linker = Linker.nativeLinker();
  private final SymbolLookup library;

  /** What the server said where tokens are to be had, and for what. */
  final List<String> discovered = new ArrayList<>();

  private MemorySegment token = MemorySegment.NULL;

  private Libpq(Path file) {
    library = SymbolLookup.libraryLookup(file, Arena.global());
    try {
      MethodHandle hook =
          MethodHandles.lookup()
              .bind(
                  this,
                  "asked",
                  MethodType.methodType(
                      int.class, int.class, MemorySegment.class, MemorySegment.class));
      MemorySegment stub =
          linker.upcallStub(
              hook,
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.ADDRESS,
                  ValueLayout.ADDRESS),
              Arena.global());
      function("PQsetAuthDataHook", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS)).invoke(stub);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Where there are none, the test is skipped. */
  static Libpq load() {
    Skip.unless(
        PostgresServer.versions().contains(VERSION), "no embedded binaries of PostgreSQL 18");
    String folder =
        PostgresServer.shared(VERSION)
            .queryOne("SELECT setting FROM pg_config WHERE name = 'LIBDIR'");
    Path file = Path.of(folder, "libpq.so.5");
    Skip.unless(Files.exists(file), "no libpq among the binaries of PostgreSQL 18: " + file);
    return new Libpq(file);
  }

  /** Called by libpq. Must not throw. */
  int asked(int type, MemorySegment connection, MemorySegment data) {
    if (type != BEARER_TOKEN || token.equals(MemorySegment.NULL)) {
      return 0;
    }
    MemorySegment request = data.reinterpret(REQUEST_LENGTH);
    discovered.add(text(request.get(ValueLayout.ADDRESS, DISCOVERY_ADDRESS)));
    discovered.add(text(request.get(ValueLayout.ADDRESS, SCOPE)));
    request.set(ValueLayout.ADDRESS, TOKEN, token);
    return 1;
  }

  /** Connects with a token, asks one question, and returns the answer, or what libpq says. */
  String ask(@Nullable String bearer, String parameters, String sql) {
    try (Arena arena = Arena.ofConfined()) {
      token = bearer == null ? MemorySegment.NULL : arena.allocateFrom(bearer);
      MemorySegment connection =
          (MemorySegment)
              function(
                      "PQconnectdb",
                      FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS))
                  .invoke(arena.allocateFrom(parameters));
      try {
        int status =
            (int)
                function(
                        "PQstatus",
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS))
                    .invoke(connection);
        return status == CONNECTION_OK
            ? value(connection, arena.allocateFrom(sql))
            : called("PQerrorMessage", connection);
      } finally {
        function("PQfinish", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS)).invoke(connection);
      }
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    } finally {
      token = MemorySegment.NULL;
    }
  }

  private String value(MemorySegment connection, MemorySegment sql) throws Throwable {
    MemorySegment result =
        (MemorySegment)
            function(
                    "PQexec",
                    FunctionDescriptor.of(
                        ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS))
                .invoke(connection, sql);
    try {
      MemorySegment value =
          (MemorySegment)
              function(
                      "PQgetvalue",
                      FunctionDescriptor.of(
                          ValueLayout.ADDRESS,
                          ValueLayout.ADDRESS,
                          ValueLayout.JAVA_INT,
                          ValueLayout.JAVA_INT))
                  .invoke(result, 0, 0);
      return value.equals(MemorySegment.NULL) ? called("PQerrorMessage", connection) : text(value);
    } finally {
      function("PQclear", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS)).invoke(result);
    }
  }

  private String called(String name, MemorySegment argument) throws Throwable {
    return text(
        (MemorySegment)
            function(name, FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS))
                .invoke(argument));
  }

  private MethodHandle function(String name, FunctionDescriptor form) {
    return linker.downcallHandle(library.findOrThrow(name), form);
  }

  private static String text(MemorySegment address) {
    return address.equals(MemorySegment.NULL)
        ? ""
        : address.reinterpret(Long.MAX_VALUE).getString(0);
  }
}
