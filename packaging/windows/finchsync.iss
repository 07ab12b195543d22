; Inno Setup: the folder that build.py made as an installer that needs no administrator.
; iscc /DVersion=0.2.0 finchsync.iss
#ifndef Version
  #error "say which version: iscc /DVersion=0.2.0"
#endif

[Setup]
AppId=org.finchsync.FinchSync
AppName=FinchSync
AppVersion={#Version}
AppPublisher=The FinchSync developers
DefaultDirName={autopf}\FinchSync
DefaultGroupName=FinchSync
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
ChangesAssociations=yes
ChangesEnvironment=yes
LicenseFile=..\..\LICENSE
OutputDir=..\..\dist
OutputBaseFilename=finchsync-{#Version}-windows-x64
SetupIconFile=..\..\build\finchsync\finchsync.ico
UninstallDisplayIcon={app}\finchsync.exe
Compression=lzma2
SolidCompression=yes

[Tasks]
Name: path; Description: "Let 'finchsync' be called in a terminal"

[Files]
Source: "..\..\dist\finchsync\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{group}\FinchSync"; Filename: "{app}\finchsync.exe"

[Registry]
Root: HKA; Subkey: "Software\Classes\.finchsync"; ValueType: string; ValueData: "FinchSync.Session"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\FinchSync.Session"; ValueType: string; ValueData: "FinchSync session"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\FinchSync.Session\DefaultIcon"; ValueType: string; ValueData: "{app}\finchsync.exe,0"
Root: HKA; Subkey: "Software\Classes\FinchSync.Session\shell\open\command"; ValueType: string; ValueData: """{app}\finchsync.exe"" ""%1"""
Root: HKCU; Subkey: "Environment"; ValueType: expandsz; ValueName: "Path"; ValueData: "{olddata};{app}"; Tasks: path; Check: IsNew(ExpandConstant('{app}'))

[Code]
function IsNew(Folder: string): Boolean;
var
  Before: string;
begin
  Before := '';
  RegQueryStringValue(HKCU, 'Environment', 'Path', Before);
  Result := Pos(';' + Uppercase(Folder) + ';', ';' + Uppercase(Before) + ';') = 0;
end;
