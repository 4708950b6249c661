'use strict'
// Loaded ahead, in the place of a function.
exports.handler = async () => null
