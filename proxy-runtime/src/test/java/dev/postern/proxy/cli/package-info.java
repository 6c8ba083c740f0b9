@NullMarked
package dev.postern.proxy.cli;

import org.jspecify.annotations.NullMarked;
