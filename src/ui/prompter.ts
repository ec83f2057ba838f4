/** Questions to the person at the terminal. Without a terminal every question throws UsageError naming the flag that answers it. */
export interface Prompter {
  /** Yes or no; `flag` is what answers it on the command line (`--yes`). Throws CancelledError on Ctrl-C. */
  confirm(question: string, flag: string): Promise<boolean>;
  /** One line that nobody sees while it is typed; `instead` is what to type without a terminal. Throws CancelledError on Ctrl-C. */
  secret(question: string, instead: string): Promise<string>;
}
