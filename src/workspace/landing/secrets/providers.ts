import type { SecretRule } from './rule.ts';

/** A key that begins with what only its provider's keys begin with. */
function prefixed(name: string, anchors: string | readonly string[], pattern: RegExp, bits = 3): SecretRule {
  const list = typeof anchors === 'string' ? [anchors] : anchors;
  return { name, anchors: list, pattern: new RegExp(pattern.source, 'y'), bits };
}

/** Those who serve models. */
const MODELS: readonly SecretRule[] = [
  prefixed('anthropic', 'sk-ant-', /sk-ant-[a-z]{2,10}\d\d-(?<random>[\w-]{60,200})/, 4),
  prefixed(
    'openai',
    ['sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-None-'],
    /sk-(?:proj|svcacct|admin|None)-(?<random>[\w-]{40,200})/,
    4,
  ),
  {
    ...prefixed('openai', 'T3BlbkFJ', /sk-(?<random>[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20})(?![\w-])/, 3.5),
    ahead: 23,
  },
  prefixed('openrouter', 'sk-or-v1-', /sk-or-v1-(?<random>[0-9a-f]{64})(?!\w)/),
  prefixed('google-api-key', 'AIza', /AIza(?<random>[\w-]{35})(?![\w-])/, 3.5),
  prefixed('huggingface', ['hf_', 'api_org_'], /(?:hf|api_org)_(?<random>[A-Za-z]{34})(?!\w)/, 3.5),
  prefixed('groq', 'gsk_', /gsk_(?<random>[A-Za-z0-9]{52})(?!\w)/, 3.5),
  prefixed('xai', 'xai-', /xai-(?<random>[A-Za-z0-9]{80})(?!\w)/, 3.5),
  prefixed('perplexity', 'pplx-', /pplx-(?<random>[A-Za-z0-9]{48})(?!\w)/, 3.5),
  prefixed('replicate', 'r8_', /r8_(?<random>[A-Za-z0-9]{37})(?!\w)/, 3.5),
  prefixed('bedrock', 'ABSK', /ABSK(?<random>[A-Za-z0-9+/]{100,270})={0,2}/, 3.5),
  prefixed('bedrock', 'bedrock-api-key-', /bedrock-api-key-(?<random>[A-Za-z0-9+/]{40,2000})/, 3.5),
];

/** Those who keep code and packages. */
const FORGES: readonly SecretRule[] = [
  prefixed('github', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], /gh[pousr]_(?<random>[A-Za-z0-9]{36,255})(?!\w)/),
  prefixed('github', 'ghs_', /ghs_(?<random>\d{1,12}_eyJ[\w.-]{40,2000})/),
  prefixed('github', 'github_pat_', /github_pat_(?<random>[A-Za-z0-9]{22}_[A-Za-z0-9]{59})(?!\w)/, 3.5),
  prefixed(
    'gitlab',
    ['glpat-', 'gldt-', 'glrt-', 'glptt-', 'glft-', 'glagent-', 'gloas-', 'glsoat-', 'glimt-', 'glffct-', 'glcbt-'],
    /gl(?:pat|dt|rt|ptt|ft|agent|oas|soat|imt|ffct|cbt)-(?<random>[\w.-]{20,300})/,
  ),
  prefixed('gitlab', 'GR1348941', /GR1348941(?<random>[\w-]{20})(?![\w-])/),
  prefixed('bitbucket', 'ATBB', /ATBB(?<random>[A-Za-z0-9]{32})(?!\w)/, 3.5),
  prefixed('atlassian', 'ATATT3', /ATATT3(?<random>[\w=-]{100,250})/, 3.5),
  prefixed('npm', 'npm_', /npm_(?<random>[A-Za-z0-9]{36})(?!\w)/),
  prefixed(
    'npm',
    '_authToken',
    /_authToken["']?[ \t]{0,4}[=:][ \t]{0,4}["']?(?<secret>(?<random>[\w-]{20,200}))(?![\w-])/,
  ),
  prefixed('pypi', 'pypi-AgE', /pypi-AgE(?<random>[\w-]{50,1000})/, 3.5),
  prefixed('rubygems', 'rubygems_', /rubygems_(?<random>[0-9a-f]{48})(?!\w)/),
  prefixed('crates', 'cio', /cio(?<random>[A-Za-z0-9]{32})(?!\w)/, 4),
  prefixed('clojars', 'CLOJARS_', /CLOJARS_(?<random>[0-9a-z]{60})(?!\w)/),
  prefixed('docker', ['dckr_pat_', 'dckr_oat_'], /dckr_[po]at_(?<random>[\w-]{27,36})(?![\w-])/),
  prefixed('artifactory', 'AKCp', /AKCp(?<random>[A-Za-z0-9]{69,73})(?!\w)/, 4),
  prefixed('artifactory', 'cmVmdGtu', /cmVmdGtu(?<random>[A-Za-z0-9]{56})(?!\w)/, 4),
];

/** Those who rent out machines. */
const CLOUDS: readonly SecretRule[] = [
  prefixed('aws-key-id', ['AKIA', 'ASIA', 'ABIA', 'ACCA'], /A(?:KIA|SIA|BIA|CCA)(?<random>[A-Z2-7]{16})(?!\w)/),
  prefixed('google-oauth', 'GOCSPX-', /GOCSPX-(?<random>[\w-]{28})(?![\w-])/, 3.5),
  prefixed('google-oauth', 'ya29.', /ya29\.(?<random>[\w.-]{30,2000})/, 3.5),
  prefixed('google-oauth', '1//0', /1\/\/0(?<random>[\w-]{40,200})(?![\w-])/, 4),
  {
    ...prefixed(
      'azure-client-secret',
      ['8Q~', '7Q~', '6Q~', '5Q~', '9Q~', '4Q~', '3Q~', '2Q~', '1Q~', '0Q~'],
      /(?<random>[\w.~-]{3}\dQ~[\w.~-]{31,34})(?![\w.~-])/,
      3.5,
    ),
    ahead: 3,
  },
  {
    ...prefixed(
      'azure-storage',
      ['AccountKey=', 'SharedAccessKey='],
      /(?:Account|SharedAccess)Key=(?<secret>(?<random>[A-Za-z0-9+/]{42,86})={1,2})/,
      4,
    ),
    inWords: true,
  },
  {
    ...prefixed('azure-sas', ['sig='], /sig=(?<secret>(?<random>(?:[A-Za-z0-9]|%2[BbFf]){43,86})%3[Dd])/, 4),
    inWords: true,
  },
  { ...prefixed('azure-devops', 'AZDO', /[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}(?!\w)/, 4), ahead: 76 },
  prefixed('digitalocean', ['dop_v1_', 'doo_v1_', 'dor_v1_'], /do[por]_v1_(?<random>[0-9a-f]{64})(?!\w)/),
  prefixed('alibaba', 'LTAI', /LTAI(?<random>[A-Za-z0-9]{16,20})(?!\w)/, 3.5),
  prefixed('heroku', 'HRKU-', /HRKU-(?<random>[\w-]{36,64})(?![\w-])/),
  prefixed('fly', ['fo1_', 'fm1r_', 'fm1a_', 'fm2_'], /(?:fo1|fm1[ra]|fm2)_(?<random>[\w+/-]{40,1000})/, 3.5),
  prefixed(
    'planetscale',
    ['pscale_tkn_', 'pscale_pw_', 'pscale_oauth_'],
    /pscale_(?:tkn|pw|oauth)_(?<random>[\w.-]{32,64})/,
  ),
  prefixed('databricks', 'dapi', /dapi(?<random>[0-9a-f]{32})(?:-\d)?(?!\w)/),
  prefixed('vault', ['hvs.', 'hvb.', 'hvr.'], /hv[sbr]\.(?<random>[\w-]{24,300})/, 3.5),
  { ...prefixed('terraform', '.atlasv1.', /[A-Za-z0-9]{14}\.atlasv1\.(?<random>[\w-]{60,70})(?![\w-])/, 4), ahead: 14 },
  prefixed('pulumi', 'pul-', /pul-(?<random>[0-9a-f]{40})(?!\w)/),
  prefixed('doppler', 'dp.', /dp\.(?:pt|st|sa|ct|scim|audit)\.(?:[\w-]{1,35}\.)?(?<random>[A-Za-z0-9]{40,44})(?!\w)/),
  prefixed('supabase', 'sbp_', /sbp_(?<random>[0-9a-f]{40})(?!\w)/),
  prefixed('cloudflare', 'v1.0-', /v1\.0-(?<random>[0-9a-f]{24}-[0-9a-f]{146})(?!\w)/),
];

/** Those who carry messages and money, or watch. */
const SERVICES: readonly SecretRule[] = [
  prefixed(
    'slack',
    ['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxo-', 'xoxe-', 'xoxe.', 'xoxc-', 'xoxd-'],
    /xox(?:[abcdeoprs]-|e\.xox[bp]-)(?<random>[\w-]{20,300})/,
  ),
  prefixed('slack', 'xapp-', /xapp-\d-[A-Z0-9]{6,20}-\d{8,16}-(?<random>[a-z0-9]{40,80})/),
  prefixed(
    'slack-webhook',
    'hooks.slack.com/',
    /hooks\.slack\.com\/(?:services|workflows|triggers)\/(?<secret>T?(?<random>[\w/+]{40,60}))/,
    3.5,
  ),
  {
    ...prefixed(
      'discord-webhook',
      '/api/webhooks/',
      /\/api\/webhooks\/\d{17,20}\/(?<secret>(?<random>[\w-]{60,72}))/,
      4,
    ),
    inWords: true,
  },
  prefixed(
    'stripe',
    ['sk_live_', 'rk_live_', 'sk_test_', 'rk_test_', 'sk_prod_', 'rk_prod_', 'whsec_'],
    /(?:[sr]k_(?:live|test|prod)|whsec)_(?<random>[A-Za-z0-9+/]{24,200})/,
    3.5,
  ),
  prefixed('sendgrid', 'SG.', /SG\.(?<random>[\w-]{20,24}\.[\w-]{39,50})(?![\w-])/, 4),
  prefixed(
    'twilio',
    [...'0123456789abcdef'].map((digit) => `SK${digit}`),
    /SK(?<random>[0-9a-f]{32})(?!\w)/,
  ),
  prefixed('mailgun', 'key-', /key-(?<random>[0-9a-f]{32})(?!\w)/),
  { ...prefixed('mailchimp', '-us', /(?<random>[0-9a-f]{32})-us\d{1,2}(?!\w)/), ahead: 32 },
  prefixed('brevo', 'xkeysib-', /xkeysib-(?<random>[0-9a-f]{64}-[A-Za-z0-9]{16})(?!\w)/),
  prefixed('resend', 're_', /re_(?<random>[A-Za-z0-9]{8}_[A-Za-z0-9]{24})(?!\w)/, 3.5),
  prefixed(
    'square',
    ['sq0atp-', 'sq0csp-', 'EAAA'],
    /(?:sq0(?:atp|csp)-(?<random>[\w-]{22,43})|EAAA[lE][\w-]{59})(?![\w-])/,
    3.5,
  ),
  prefixed('shopify', ['shpat_', 'shpca_', 'shppa_', 'shpss_'], /shp(?:at|ca|pa|ss)_(?<random>[0-9A-Fa-f]{32})(?!\w)/),
  prefixed('linear', 'lin_', /lin_(?:api|oauth)_(?<random>[A-Za-z0-9]{40,64})(?!\w)/),
  prefixed('notion', 'ntn_', /ntn_(?<random>\d{11}[A-Za-z0-9]{35})(?!\w)/, 3.5),
  prefixed('postman', 'PMAK-', /PMAK-(?<random>[0-9a-f]{24}-[0-9a-f]{34})(?!\w)/),
  prefixed('sentry', ['sntrys_', 'sntryu_'], /sntry[su]_(?<random>[\w+/=]{60,500})/, 3.5),
  prefixed(
    'grafana',
    ['glsa_', 'glc_'],
    /(?:glsa_(?<random>[A-Za-z0-9]{32}_[0-9A-Fa-f]{8})|glc_[A-Za-z0-9+/]{32,400})(?!\w)/,
    3.5,
  ),
  prefixed('newrelic', ['NRAK-', 'NRII-', 'NRJS-'], /NR(?:AK|II|JS)-(?<random>[\w-]{19,40})/),
  prefixed('dynatrace', 'dt0c01.', /dt0c01\.(?<random>[A-Z0-9]{24}\.[A-Z0-9]{64})(?!\w)/, 3.5),
  { ...prefixed('telegram', ':AA', /(?<=\d{8}):(?<secret>(?<random>AA[\w-]{33}))(?![\w-])/, 4), inWords: true },
  prefixed(
    '1password',
    'A3-',
    /A3-(?<random>[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3})(?!\w)/,
    3.5,
  ),
  prefixed('1password', 'ops_eyJ', /ops_(?<random>eyJ[\w+/=-]{200,2000})/, 3.5),
  prefixed(
    'tailscale',
    'tskey-',
    /tskey-(?:auth|api|client|scim|webhook)-(?<random>[A-Za-z0-9]{8,24}-[A-Za-z0-9]{24,40})(?!\w)/,
  ),
  prefixed('figma', ['figd_', 'figo_'], /fig[do]_(?<random>[\w-]{40,60})/, 3.5),
  prefixed('airtable', 'pat', /pat(?<random>[A-Za-z0-9]{14}\.[0-9a-f]{64})(?!\w)/, 3.5),
  prefixed('age', 'AGE-SECRET-KEY-1', /AGE-SECRET-KEY-1(?<random>[02-9AC-HJ-NP-Z]{58})/, 3.5),
];

/** Keys that are known by how their provider writes them. */
export const PROVIDERS: readonly SecretRule[] = [...MODELS, ...FORGES, ...CLOUDS, ...SERVICES];
