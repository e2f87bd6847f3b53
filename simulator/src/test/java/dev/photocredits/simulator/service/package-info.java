/** The systems under simulation, and what is read from them as evidence. */
@NullMarked
package dev.photocredits.simulator.service;

import org.jspecify.annotations.NullMarked;
