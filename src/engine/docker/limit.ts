/** What `work` gives, or a rejection with `late()` when it takes longer than `limit` milliseconds. */
export async function within<T>(limit: number, work: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), limit);
  });
  return Promise.race([work, over]).finally(() => clearTimeout(timer));
}
