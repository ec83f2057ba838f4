import * as z from 'zod';
import { ruleProblem } from '../network/policy/parse.ts';
import type { Verdict } from '../network/policy/policy.ts';

/** Far more than anybody writes by hand, so that no look at a request takes long. */
const MOST_RULES = 500;
const networkRules = (verdict: Verdict) =>
  z
    .array(
      z.string().superRefine((rule, { addIssue }) => {
        const problem = ruleProblem(rule, verdict);
        if (problem !== undefined) addIssue({ code: 'custom', message: problem });
      }),
    )
    .max(MOST_RULES, `has more than ${MOST_RULES} rules`);
const proxy = z
  .string()
  .regex(
    /^(host|none|https?:\/\/[^\s/?#@]+\/?)$/,
    'is neither host, none nor an address such as http://proxy.acme.test:3128, without a password in it',
  );

/** What config.yaml says of the network, of a client or in general. */
export const networkKeys = {
  network: z
    .enum(['gateway', 'none', 'open'])
    .optional()
    .describe('gateway: what rules allow. none: nothing. open: everything that this machine does. Default: gateway.'),
  allow: networkRules('allow')
    .optional()
    .describe(
      'What the box may reach through the gateway: hosts, *.domain, host:port, ranges, presets (npm). Those of defaults and client add up.',
    ),
  deny: networkRules('deny')
    .optional()
    .describe('What it may not, whatever else allows it; in the same words. Those of defaults and client add up.'),
  allow_any: z
    .boolean()
    .optional()
    .describe('Agree to * in `allow`, which lets the box reach every name. Default: false.'),
  proxy: proxy
    .optional()
    .describe(
      "The company's proxy that the gateway goes through: host (your own HTTPS_PROXY), none, or its address. Default: host.",
    ),
};
