/** An issuer of tokens in the test's process, with keys and tokens as a test wants them. */
@NullMarked
package dev.postern.plugins.oauth.issuer;

import org.jspecify.annotations.NullMarked;
