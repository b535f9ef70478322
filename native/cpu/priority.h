// The priority of threads.
#pragma once

namespace steepest {

/**
 * Lets a thread compute only while no other thread wants the core. It cannot be undone: systems let a thread lower its
 * priority, and raise it only with rights that programs rarely have. False where the system cannot do it.
 * @param thread Linux's number of a thread; 0 for the calling one, and elsewhere nothing but 0 works
 */
bool giveWay(int thread);

}  // namespace steepest
