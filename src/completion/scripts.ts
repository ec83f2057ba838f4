/** The shells that TAB works in. */
export type Shell = 'bash' | 'zsh' | 'fish';

// Each passes the words as they are, as arguments: nothing that was typed is ever evaluated.

const BASH = `# agentbox: completion for bash. Put this line into ~/.bashrc:
#   source <(agentbox completion bash)
_agentbox() {
  local program=\${1/#\\~/$HOME} current=\${COMP_WORDS[COMP_CWORD]} mode= line
  [[ $current == [=:] ]] && current=
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ -z $mode ]]; then
      mode=$line
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <("$program" complete bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [[ $mode == dirs ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$current")
  elif [[ $mode == files ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
  fi
}
complete -F _agentbox agentbox
`;

const ZSH = `#compdef agentbox
# agentbox: completion for zsh. Put this line into ~/.zshrc:
#   source <(agentbox completion zsh)
_agentbox() {
  local program=\${\${(Q)words[1]}/#\\~/$HOME} line
  local -a lines found
  lines=("\${(@f)$("$program" complete zsh -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  for line in "\${(@)lines[2,-1]}"; do
    found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  (( $#found )) && _describe -V 'agentbox' found
  case $lines[1] in
    dirs) _files -/ ;;
    files) _files ;;
  esac
}
if [[ \${funcstack[1]-} == _agentbox ]]; then
  _agentbox "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _agentbox agentbox
fi
`;

const FISH = `# agentbox: completion for fish. Put this line into ~/.config/fish/config.fish:
#   agentbox completion fish | source
function __agentbox_complete
  set -l words (commandline -opc)
  set -l last (commandline -ct)
  set -l lines ($words[1] complete fish -- $words[2..-1] "$last" 2>/dev/null)
  switch "$lines[1]"
    case dirs
      __fish_complete_directories "$last" ''
    case files
      __fish_complete_path "$last"
  end
  if test (count $lines) -gt 1
    printf '%s\\n' $lines[2..-1]
  end
end
complete -c agentbox -f -a '(__agentbox_complete)'
`;

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

/** What a shell is to read so that TAB completes command lines of agentbox. Pure. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}
