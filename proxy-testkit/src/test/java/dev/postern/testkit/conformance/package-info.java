@NullMarked
package dev.postern.testkit.conformance;

import org.jspecify.annotations.NullMarked;
