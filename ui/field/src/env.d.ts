/** True in the build for the real phone; the phone in memory is then left out. */
declare const __REAL_PHONE__: boolean
