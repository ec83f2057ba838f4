import * as z from 'zod';
import { ruleProblem } from '../network/policy/parse.ts';
import type { Verdict } from '../network/policy/policy.ts';
import { forwardsProblem, readForward } from '../network/ports/forward.ts';
import { readPublish } from '../network/ports/publish.ts';

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
const tell = (problem: unknown, { addIssue }: z.RefinementCtx) => {
  if (typeof problem === 'string') addIssue({ code: 'custom', message: problem });
};
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
  ports: z
    .array(z.union([z.number(), z.string()]).superRefine((port, context) => tell(readPublish(`${port}`), context)))
    .optional()
    .describe(
      'Ports of the box that are reached from 127.0.0.1 of this machine: 3000, 8080:3000, 0:3000 (a free one), 127.0.0.1:8080:3000.',
    ),
  forward: z
    .array(z.string().superRefine((service, context) => tell(readForward(service, 'config'), context)))
    .superRefine((services, context) =>
      tell(
        forwardsProblem(
          services.map((service) => readForward(service, 'config')).filter((one) => typeof one !== 'string'),
        ),
        context,
      ),
    )
    .optional()
    .describe(
      'TCP services that the box finds on its own 127.0.0.1, each of which is allowed by it: 5432:db.corp:5432.',
    ),
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
