@echo off
rem Builds build\Cm where a file of it is newer than the last build, and runs it. cm --help
setlocal
set "root=%~dp0"
set "program=%root%.cm\cm\cm.dll"
set "DOTNET_CLI_TELEMETRY_OPTOUT=1"
set "DOTNET_NOLOGO=1"

where /q dotnet || goto missing
rem The newest file of the folder is the stamp of the last build, unless a source is newer.
set "newest="
for /f "delims=" %%f in ('dir /b /a-d /o-d "%root%build\Cm"') do if not defined newest set "newest=%%f"
if exist "%program%" if "%newest%"=="built" goto run

pushd "%root%"
dotnet --version >nul 2>&1 || (popd & goto missing)
>&2 echo cm: building build\Cm
set "options=-p:Configuration=Release -p:OutputPath=../../.cm/cm/ -v:quiet -nologo -tl:off -nodeReuse:false"
dotnet msbuild build\Cm -restore %options% 1>&2 || (popd & exit /b 2)
>build\Cm\built echo built
popd

:run
dotnet "%program%" %*
exit /b %errorlevel%

:missing
>&2 echo cm: the .NET 10 SDK is missing; install it from https://dotnet.microsoft.com/download/dotnet/10.0
exit /b 2
