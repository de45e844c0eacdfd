/** How this reader wants figures: with their numbers or without. The same for all figures until the app is closed. */
export const showing = $state({ numbers: true });
